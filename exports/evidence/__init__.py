"""What an evidence bag is made of: members hashed as they are written, records copied, proofs under one signed head."""
