"""The documentation as a site in Japanese and English, made of docs/ and of the code: ``./run docs``."""
