"""Lists whose entries are the documents themselves: feeds, streams of messages, public timelines."""
