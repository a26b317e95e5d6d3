"""TensorFlow's model files: looked into without TensorFlow, run by it, brought to torch."""
