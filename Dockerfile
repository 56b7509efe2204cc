# The bot alone: the databases, Redis and Ollama are other containers.
FROM python:3.13-slim AS build
WORKDIR /src
COPY locks/runtime.txt locks/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r locks/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 bot
COPY --from=build /venv /venv
USER 10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HTTP_HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["game-stats-bot"]
CMD ["serve"]
