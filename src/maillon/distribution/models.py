"""What is stored of handovers and of what follows: each room of the app has its own tables."""
