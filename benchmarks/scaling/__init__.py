"""What a carrier of any size needs: unit costs, arithmetic, and a simulation of queues whose hosts fail."""
