"""One picture, several methods: computed, compared, kept."""
