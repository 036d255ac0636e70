"""Who lives at Kestrel Quay."""

# ruff: noqa: E501 - a person a line reads best

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """`circles` are whom one meets: people follow most of their own circles. `picture` names a kind of avatar."""

    username: str
    display_name: str
    bio: str
    circles: str
    picture: str = ""


PEOPLE = [
    Person("alice", "Alice Marlowe", "Bed 14, upper terrace. Secretary, keeper of the noticeboard and of the form for forms.", "garden oven shed quay", "hills"),
    Person("bob", "Bob Adeyemi", "Building Plover, a twelve foot dinghy, one plank at a time. Larch, in case you wondered.", "boats shed quay", "boat"),
    Person("carol", "Carol Lindqvist", "Baker. Nineteen years of getting up at four. Loaves Monday, Thursday, Friday.", "oven garden quay", "loaf"),
    Person("dave", "Dave Pereira", "I mend things. Some of them were not broken. Repair café, first Saturday.", "shed oven garden", "short_hair"),
    Person("marta_r", "Marta Ruiz", "Seed library. Write the YEAR on the packet.", "garden quay", "leaf"),
    Person("tomasz", "Tomasz Wilk", "Three hives, no hurry.", "garden oven", "hive"),
    Person("iris_okafor", "Iris Okafor", "Chair of the Makers' and Gardeners' Club. Alto. Writes to the council so that you needn't.", "quay boats garden", "flower"),
    Person("hamish", "Hamish Tait", "Ferry engineer, retired, not that you'd notice.", "boats shed quay", "wheel"),
    Person("juno", "Juno Halloran", "Pots, mostly blue. Kiln nights Tuesday and Saturday.", "shed oven", "pot"),
    Person("wen_li", "Wen Li", "Sensors, solder, tide tables. I have a graph for that: https://example.org/kestrel-quay/tide", "boats shed garden", "lighthouse"),
    Person("priya", "Priya Nair", "Greenhouse key number two. Chillies, pickles, opinions about rice.", "garden oven", "sun"),
    Person("old_salt", "Gwilym Parry", "Harbour pilot for thirty-one years. Everything I say is true in some weather.", "boats quay", "boat"),
    Person("sofie", "Sofie Bakker", "Bicycles, barrows, bearings. If it squeaks, bring it.", "shed quay garden", "wheel"),
    Person("fern", "Fern Abara", "Compost, in order of temperature. Not the avocado stones, please.", "garden", "leaf"),
    Person("mateus", "Mateus Couto", "Deckhand on the Margit, 06:40 to 19:10. I describe what I'd photograph if my hands weren't full of rope.", "boats quay oven", "waves"),
    Person("nell", "Nell Ashdown", "Tool librarian. I'm not cross, I'm just writing down the date.", "shed oven quay", "long_hair"),
    Person("yusuf", "Yusuf Demir", "Came for eight months. Learning bread.", "oven boats", ""),
    Person("greta_k", "Greta Kolb", "Kayaks before work. Cold is a flavour.", "boats quay", "waves"),
    Person("lorenzo", "Lorenzo Fabbri", "Tomatoes. The rest is vegetables.", "garden oven", "sun"),
    Person("hana", "Hana Sato", "Letterpress in the old net store. Wood type, lead type, no typos after the third proof.", "shed quay", "geometry"),
    Person("eilidh", "Eilidh Munro", "Lifeboat crew. Wear the jacket.", "boats quay", "boat"),
    Person("kwame", "Kwame Boateng", "Woodturner. Will take your storm-felled fruit trees very seriously.", "shed garden", "geometry"),
    Person("ines", "Inês Duarte", "I teach class 4, or they teach me. Keeper of the children's plot.", "garden quay oven", "flower"),
    Person("rowan", "Rowan Pike", "Willow, hazel, hedges. Shows you mushrooms, won't tell you where.", "garden shed", "leaf"),
    Person("bashir", "Bashir Rahimi", "Treasurer. Counted twice.", "quay oven boats", "geometry"),
    Person("dot", "Dorothy Finch", "Roses since 1961.", "garden quay oven", "flower"),
    Person("pavel", "Pavel Novák", "Smokehouse at the end of the mole. Hatch opens at eight, closes when it's gone.", "oven boats", "fish"),
    Person("zadie", "Zadie Clarke", "Marine biology, third year. Please turn the rocks back over.", "boats quay", "fish"),
    Person("colm", "Colm Brennan", "Fiddle, some days. The Gannet on Thursdays.", "quay shed boats", "hills"),
    Person("anneke", "Anneke de Wit", "Rye by cargo bike. Ring twice.", "oven garden", "wheel"),
    Person("theo", "Theo Papadakis", "Sail loft. Patches, awnings, the occasional pair of trousers.", "boats shed", "boat"),
    Person("mirela", "Mirela Ionescu", "Second floor, north balcony, forty-one pots.", "garden oven", ""),
    Person("sunil", "Sunil Perera", "Workshop safety. Ten fingers in, ten fingers out.", "shed quay", ""),
    Person("bea", "Bea Thorsen", "Friday soup, six o'clock, pay if you can, wash up if you can't.", "oven quay boats", "pot"),
    Person("lucian", "Lucian Grey", "Harbour watch, ten till six. There's a second chair.", "boats quay", "lighthouse"),
    Person("saoirse", "Saoirse Kelly", "Putting a tide mill back to work. Started four years ago, so nearly at the beginning.", "shed boats quay", ""),
]  # fmt: skip

# Those one can log in as, and the one who keeps the place. A demo only: the word is no secret.
PASSWORD = "feedsite-demo"  # noqa: S105
LOGINS = ("alice", "bob", "carol", "dave")
STAFF = Person("staff", "Feedsite staff", "Keeps the lights on. Write to me when something is wrong.", "")
# Whom everybody finds sooner or later.
WELL_KNOWN = ("alice", "iris_okafor", "carol", "old_salt", "bea", "lucian")
