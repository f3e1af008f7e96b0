"""The two cases that the program is measured by, played from the first contract to the filed report: drip and night."""
