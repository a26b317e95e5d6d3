"""What a TorchScript archive would do: its words, its objects and its graph, before it runs."""
