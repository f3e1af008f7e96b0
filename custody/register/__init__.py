"""The custody register (取扱管理簿): processors, extracts, who holds copies of them since when and on what terms."""
