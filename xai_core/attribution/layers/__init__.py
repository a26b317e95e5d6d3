"""Which inner layer a method looks at, and what that layer gives."""
