"""One method on one model: gradients, class activation maps, occlusion, and what they share."""
