"""The embedded language model: weights, llama.cpp as engine, and the Ollama protocol before it.

`weights` fetches the model file, `python -m bot.demo.model` serves it. The bot itself knows nothing
of this: it talks to an Ollama server.
"""
