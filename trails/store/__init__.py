"""The columnar store of access records: Parquet files by system and month, and the questions asked of them."""
