"""Raw attributions -> canonical maps, their colours, and how alike two maps are."""
