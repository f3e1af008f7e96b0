"""Messages to the CSIRT: what they say, the outbox they wait in, and the channels that deliver them."""
