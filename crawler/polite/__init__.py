"""How a sweep behaves on somebody else's server: Scrapy's settings and the middlewares we add."""
