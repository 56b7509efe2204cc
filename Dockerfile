# The bot alone: the databases, Valkey and Ollama are other containers. No registry could be asked
# for a digest when this was written, so the base is pinned by tag; pin yours by digest.
FROM python:3.13-slim AS build
WORKDIR /src
COPY locks/runtime.txt locks/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r locks/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

# `docker build --target demo`: the local workspace, with servers and sample data inside.
FROM build AS demo-build
COPY locks/demo.txt locks/
RUN /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r locks/demo.txt
COPY manifest.yml ./

# For names in charts (FONTS in bot/slack/picture.py): a few files of what are hundreds.
FROM python:3.13-slim AS fonts
RUN apt-get update \
 && apt-get install --yes --no-install-recommends fonts-noto-core=2020* fonts-wqy-microhei=0.2* \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir /fonts \
 && cp /usr/share/fonts/truetype/wqy/wqy-microhei.ttc /fonts \
 && for script in "" Arabic Hebrew Devanagari Thai; do \
        cp "/usr/share/fonts/truetype/noto/NotoSans$script-Regular.ttf" \
           "/usr/share/fonts/truetype/noto/NotoSans$script-Bold.ttf" /fonts; \
    done

FROM python:3.13-slim AS base
# This project is MIT. The image as a whole holds pglast and so is distributed under the GPL's terms
# (docs/decisions.md).
LABEL org.opencontainers.image.title="Game Stats Bot" \
      org.opencontainers.image.licenses="GPL-3.0-or-later"
RUN useradd --system --uid 10001 --no-create-home bot
COPY --from=fonts /fonts /usr/share/fonts/truetype/bot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HTTP_HOST=0.0.0.0 MPLCONFIGDIR=/tmp

FROM base AS demo
COPY --from=demo-build /venv /venv
COPY --from=demo-build /src/manifest.yml /venv/lib/python3.13/site-packages/
USER 10001
ENTRYPOINT ["game-stats-bot"]
CMD ["demo"]

FROM base
COPY --from=build /venv /venv
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=20s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["game-stats-bot"]
CMD ["serve"]
