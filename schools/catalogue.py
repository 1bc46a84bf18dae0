"""The catalogue of schools: the 40 hubs and the local authorities whose schools they serve by default."""

from django.db import transaction

from schools.models import Hub, LetterTemplate, LocalAuthority

# Code, name and region of every hub; then, by three-digit GIAS code, its local authorities (an indicative division:
# a hub may change where a school belongs, and no loading undoes that).
HUBS: tuple[tuple[str, str, str, str], ...] = (
    ("archimedes-ne", "Archimedes NE Maths Hub", "North East", "841 840 805 806 807 808"),
    ("great-north", "Great North Maths Hub", "North East", "390 391 392 929 393 394"),
    ("abacus-nw", "Abacus NW Maths Hub", "North West", "889 890 888"),
    ("cheshire-and-wirral", "Cheshire and Wirral Maths Hub", "North West", "895 896 876 344"),
    ("north-north-west", "North North West Maths Hub", "North West", "942 943"),
    ("north-west-one", "North West One Maths Hub", "North West", "351 352 353 354 356"),
    ("north-west-three", "North West Three Maths Hub", "North West", "340 341 343 342 359"),
    ("turing-nw", "Turing NW Maths Hub", "North West", "350 355 357 358 877"),
    ("south-yorkshire", "South Yorkshire Maths Hub", "Yorkshire and the Humber", "370 371 372 373"),
    ("west-yorkshire", "West Yorkshire Maths Hub", "Yorkshire and the Humber", "380 381 383"),
    (
        "yorkshire-and-the-humber",
        "Yorkshire and the Humber Maths Hub",
        "Yorkshire and the Humber",
        "810 382 812 813 384",
    ),
    ("yorkshire-ridings", "Yorkshire Ridings Maths Hub", "Yorkshire and the Humber", "815 816 811"),
    ("east-midlands-east", "East Midlands East Maths Hub", "East Midlands", "925 891"),
    ("east-midlands-south", "East Midlands South Maths Hub", "East Midlands", "856 855 857 940 941"),
    ("east-midlands-west", "East Midlands West Maths Hub", "East Midlands", "831 830 892"),
    ("central", "Central Maths Hub", "West Midlands", "330 332 333"),
    ("origin", "Origin Maths Hub", "West Midlands", "331 334 937"),
    ("shaw", "SHaW Maths Hub", "West Midlands", "884 893 894 336"),
    ("north-mids", "North Mids Maths Hub", "West Midlands", "860 861 335"),
    ("angles", "Angles Maths Hub", "East of England", "926 935"),
    ("cambridge", "Cambridge Maths Hub", "East of England", "873 874"),
    ("enigma", "Enigma Maths Hub", "East of England", "822 823 821 826"),
    ("matrix", "Matrix Maths Hub", "East of England", "919"),
    ("venn-essex", "Venn Essex Maths Hub", "East of England", "881 882 883"),
    ("london-central-and-nw", "London Central and NW Maths Hub", "London", "302 304 202 201 310 206 213"),
    ("london-central-and-west", "London Central and West Maths Hub", "London", "307 205 312 313 207"),
    ("london-north-east", "London North East Maths Hub", "London", "301 204 311 316 317 211 320"),
    ("london-south-east", "London South East Maths Hub", "London", "303 203 209"),
    ("london-south-west", "London South West Maths Hub", "London", "314 315 318 319 212"),
    ("london-thames", "London Thames Maths Hub", "London", "305 306 308 309 208 210"),
    ("bucks-berks-and-oxon", "Bucks Berks and Oxon Maths Hub", "South East", "825 931 871 868"),
    ("mobius", "Mobius Maths Hub", "South East", "867 870 866 869 865 872"),
    ("kent-and-medway", "Kent and Medway Maths Hub", "South East", "886 887"),
    ("ne-hants-and-surrey", "North-East Hants and Surrey Maths Hub", "South East", "936"),
    ("solent", "Solent Maths Hub", "South East", "850 921 851 852"),
    ("sussex", "Sussex Maths Hub", "South East", "846 845 938"),
    ("boolean", "Boolean Maths Hub", "South West", "800 801 802 933 803"),
    ("code", "CODE Maths Hub", "South West", "908 420 879"),
    ("glow", "GLOW Maths Hub", "South West", "916 885"),
    ("jurassic", "Jurassic Maths Hub", "South West", "839 878 838 880"),
)

# The 153 local authorities of England by GIAS code.
AUTHORITIES: dict[str, str] = {
    "201": "City of London",
    "202": "Camden",
    "203": "Greenwich",
    "204": "Hackney",
    "205": "Hammersmith and Fulham",
    "206": "Islington",
    "207": "Kensington and Chelsea",
    "208": "Lambeth",
    "209": "Lewisham",
    "210": "Southwark",
    "211": "Tower Hamlets",
    "212": "Wandsworth",
    "213": "Westminster",
    "301": "Barking and Dagenham",
    "302": "Barnet",
    "303": "Bexley",
    "304": "Brent",
    "305": "Bromley",
    "306": "Croydon",
    "307": "Ealing",
    "308": "Enfield",
    "309": "Haringey",
    "310": "Harrow",
    "311": "Havering",
    "312": "Hillingdon",
    "313": "Hounslow",
    "314": "Kingston upon Thames",
    "315": "Merton",
    "316": "Newham",
    "317": "Redbridge",
    "318": "Richmond upon Thames",
    "319": "Sutton",
    "320": "Waltham Forest",
    "330": "Birmingham",
    "331": "Coventry",
    "332": "Dudley",
    "333": "Sandwell",
    "334": "Solihull",
    "335": "Walsall",
    "336": "Wolverhampton",
    "340": "Knowsley",
    "341": "Liverpool",
    "342": "St. Helens",
    "343": "Sefton",
    "344": "Wirral",
    "350": "Bolton",
    "351": "Bury",
    "352": "Manchester",
    "353": "Oldham",
    "354": "Rochdale",
    "355": "Salford",
    "356": "Stockport",
    "357": "Tameside",
    "358": "Trafford",
    "359": "Wigan",
    "370": "Barnsley",
    "371": "Doncaster",
    "372": "Rotherham",
    "373": "Sheffield",
    "380": "Bradford",
    "381": "Calderdale",
    "382": "Kirklees",
    "383": "Leeds",
    "384": "Wakefield",
    "390": "Gateshead",
    "391": "Newcastle upon Tyne",
    "392": "North Tyneside",
    "393": "South Tyneside",
    "394": "Sunderland",
    "420": "Isles Of Scilly",
    "800": "Bath and North East Somerset",
    "801": "Bristol, City of",
    "802": "North Somerset",
    "803": "South Gloucestershire",
    "805": "Hartlepool",
    "806": "Middlesbrough",
    "807": "Redcar and Cleveland",
    "808": "Stockton-on-Tees",
    "810": "Kingston upon Hull, City of",
    "811": "East Riding of Yorkshire",
    "812": "North East Lincolnshire",
    "813": "North Lincolnshire",
    "815": "North Yorkshire",
    "816": "York",
    "821": "Luton",
    "822": "Bedford",
    "823": "Central Bedfordshire",
    "825": "Buckinghamshire",
    "826": "Milton Keynes",
    "830": "Derbyshire",
    "831": "Derby",
    "838": "Dorset",
    "839": "Bournemouth, Christchurch and Poole",
    "840": "County Durham",
    "841": "Darlington",
    "845": "East Sussex",
    "846": "Brighton and Hove",
    "850": "Hampshire",
    "851": "Portsmouth",
    "852": "Southampton",
    "855": "Leicestershire",
    "856": "Leicester",
    "857": "Rutland",
    "860": "Staffordshire",
    "861": "Stoke-on-Trent",
    "865": "Wiltshire",
    "866": "Swindon",
    "867": "Bracknell Forest",
    "868": "Windsor and Maidenhead",
    "869": "West Berkshire",
    "870": "Reading",
    "871": "Slough",
    "872": "Wokingham",
    "873": "Cambridgeshire",
    "874": "Peterborough",
    "876": "Halton",
    "877": "Warrington",
    "878": "Devon",
    "879": "Plymouth",
    "880": "Torbay",
    "881": "Essex",
    "882": "Southend-on-Sea",
    "883": "Thurrock",
    "884": "Herefordshire, County of",
    "885": "Worcestershire",
    "886": "Kent",
    "887": "Medway",
    "888": "Lancashire",
    "889": "Blackburn with Darwen",
    "890": "Blackpool",
    "891": "Nottinghamshire",
    "892": "Nottingham",
    "893": "Shropshire",
    "894": "Telford and Wrekin",
    "895": "Cheshire East",
    "896": "Cheshire West and Chester",
    "908": "Cornwall",
    "916": "Gloucestershire",
    "919": "Hertfordshire",
    "921": "Isle of Wight",
    "925": "Lincolnshire",
    "926": "Norfolk",
    "929": "Northumberland",
    "931": "Oxfordshire",
    "933": "Somerset",
    "935": "Suffolk",
    "936": "Surrey",
    "937": "Warwickshire",
    "938": "West Sussex",
    "940": "North Northamptonshire",
    "941": "West Northamptonshire",
    "942": "Cumberland",
    "943": "Westmorland and Furness",
}


# Texts that a hub's letters may begin with: name, whether it is news, subject, text.
TEMPLATES = (
    (
        "Your next meeting",
        False,
        "{group}: your next meeting",
        (
            "Dear {first name},\n\nthe next meeting of {group} is on {next meeting}.\n\n"
            "If you cannot come, please tell {leader}, or send a colleague instead.\n\nBest wishes\n{sender}, {hub}"
        ),
    ),
    (
        "Where your application stands",
        False,
        "{programme}: your application {reference}",
        (
            "Dear {first name},\n\nthank you for the application of {school} for {programme}. Your reference is "
            "{reference}.\n\n[Say here where it stands.]\n\nBest wishes\n{sender}, {hub}"
        ),
    ),
    (
        "Invitation to take part",
        True,
        "Maths at {school}: an invitation from {hub}",
        (
            "Dear {first name},\n\n{hub} works with schools near you on their teaching of mathematics, at no cost to "
            "the school. We would like {school} to take part.\n\n[Say here what is on offer, and until when.]\n\n"
            "To apply, or to tell us that you are interested, open this form for your school:\n{form link}\n\n"
            "Best wishes\n{sender}, {hub}"
        ),
    ),
)


@transaction.atomic
def load() -> dict[str, int]:
    """Make the hubs and local authorities that are missing, and return how many of each were made.

    What stands is left as it is; only a local authority without a hub (an import came first) is given its own.
    """
    had_hubs, had_authorities = Hub.objects.count(), LocalAuthority.objects.count()
    Hub.objects.bulk_create(
        [Hub(code=code, name=name, region=region) for code, name, region, _codes in HUBS], ignore_conflicts=True
    )
    ids = dict(Hub.objects.values_list("code", "pk"))
    hub_of = {number: ids[code] for code, _name, _region, numbers in HUBS for number in numbers.split()}
    LocalAuthority.objects.bulk_create(
        [LocalAuthority(code=code, name=name, hub_id=hub_of[code]) for code, name in AUTHORITIES.items()],
        ignore_conflicts=True,
    )
    for authority in LocalAuthority.objects.filter(hub=None, code__in=hub_of):
        LocalAuthority.objects.filter(pk=authority.pk, hub=None).update(hub=hub_of[authority.code])
    return {
        "hubs": Hub.objects.count() - had_hubs,
        "local authorities": LocalAuthority.objects.count() - had_authorities,
        "templates": _load_templates(),
    }


def _load_templates() -> int:
    """The national templates, where there are none: what was deleted stays deleted."""
    if LetterTemplate.objects.filter(hub=None).exists():
        return 0
    rows = [
        LetterTemplate(name=name, is_marketing=news, subject=subject, text=text)
        for name, news, subject, text in TEMPLATES
    ]
    return len(LetterTemplate.objects.bulk_create(rows))
