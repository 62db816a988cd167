"""Where every seal is: places, the moves a fact posts, the equations that must hold. Pure."""
