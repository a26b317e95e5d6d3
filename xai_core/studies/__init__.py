"""One model, many pictures: computed as it comes, and kept."""
