"""Which of the town's areas the Ordnance Survey's green space file knows, and as what."""

from demo.grid import rectangle
from demo.model import Area, Point

FUNCTIONS = {
    "Victoria Park": "Public Park Or Garden",
    "The Dell": "Public Park Or Garden",
    "Abbey Gardens": "Public Park Or Garden",
    "Sampleton Park": "Public Park Or Garden",
    "Nethercote Green": "Public Park Or Garden",
    "Jubilee Park": "Public Park Or Garden",
    "Orchard Park": "Public Park Or Garden",
    "Moor Park": "Public Park Or Garden",
    "Dock Green": "Public Park Or Garden",
    "Victoria Park Playground": "Play Space",
    "Jubilee Play Area": "Play Space",
    "Park Street Allotments": "Allotments Or Community Growing Spaces",
    "Foss Beck Allotments": "Allotments Or Community Growing Spaces",
    "Fenside Recreation Ground": "Playing Field",
    "Academy Pitch": "Playing Field",
    "Sampleton Golf Club": "Golf Course",
    "Cemetery Road Cemetery": "Cemetery",
    "St Hild's Churchyard": "Religious Grounds",
}
ONLY_IN_REGISTER = (Area("Cinder Lane Playing Field", rectangle(40, 1560, 200, 1660), {}),)
VEHICLE_GATES: dict[str, tuple[tuple[Point, str], ...]] = {
    "Sampleton Golf Club": (((3250, 3500), "Motor Vehicle And Pedestrian"),),
    "Cemetery Road Cemetery": (((600, 2724), "Motor Vehicle"),),
}
