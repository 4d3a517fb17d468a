"""What people call the parts of the town, mapped as points; two villages lie around it."""

from demo.model import Point

LOCALITIES: dict[str, tuple[str, Point]] = {
    "Beacon Hill": ("suburb", (543, 437)),
    "Southdale": ("suburb", (1803, 241)),
    "Moorside": ("suburb", (3051, 263)),
    "The Crofts": ("suburb", (2093, 1213)),
    "Fenside": ("suburb", (2911, 1013)),
    "Old Town": ("quarter", (1857, 2053)),
    "The Tanneries": ("neighbourhood", (2361, 2071)),
    "Gull Holm": ("neighbourhood", (3653, 1753)),
    "Abbey": ("suburb", (661, 2093)),
    "Northfield": ("village", (607, 3281)),
    "Ness Point": ("suburb", (3283, 3217)),
}
