"""ONNX graphs: read whole, run by ONNX Runtime, converted to torch."""
