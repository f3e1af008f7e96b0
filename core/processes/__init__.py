"""Child processes and pools of them: started safely, bounded in time and memory, and never silent when they die."""
