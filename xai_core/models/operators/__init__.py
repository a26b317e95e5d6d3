"""Which of torch's operators a file may call: those that only compute."""
