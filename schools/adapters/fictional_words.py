"""Word lists for fictional schools, and the columns of a GIAS file of 2025. Every person and place is invented."""

GIAS_COLUMNS: tuple[str, ...] = (
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentTypeGroup (code)",
    "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (code)",
    "EstablishmentStatus (name)",
    "ReasonEstablishmentOpened (code)",
    "ReasonEstablishmentOpened (name)",
    "OpenDate",
    "ReasonEstablishmentClosed (code)",
    "ReasonEstablishmentClosed (name)",
    "CloseDate",
    "PhaseOfEducation (code)",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "Boarders (code)",
    "Boarders (name)",
    "NurseryProvision (name)",
    "OfficialSixthForm (code)",
    "OfficialSixthForm (name)",
    "Gender (code)",
    "Gender (name)",
    "ReligiousCharacter (code)",
    "ReligiousCharacter (name)",
    "ReligiousEthos (name)",
    "Diocese (code)",
    "Diocese (name)",
    "AdmissionsPolicy (code)",
    "AdmissionsPolicy (name)",
    "SchoolCapacity",
    "SpecialClasses (code)",
    "SpecialClasses (name)",
    "CensusDate",
    "NumberOfPupils",
    "NumberOfBoys",
    "NumberOfGirls",
    "PercentageFSM",
    "TrustSchoolFlag (code)",
    "TrustSchoolFlag (name)",
    "Trusts (code)",
    "Trusts (name)",
    "SchoolSponsorFlag (name)",
    "SchoolSponsors (name)",
    "FederationFlag (name)",
    "Federations (code)",
    "Federations (name)",
    "UKPRN",
    "FEHEIdentifier",
    "FurtherEducationType (name)",
    "OfstedLastInsp",
    "OfstedSpecialMeasures (code)",
    "OfstedSpecialMeasures (name)",
    "LastChangedDate",
    "Street",
    "Locality",
    "Address3",
    "Town",
    "County (name)",
    "Postcode",
    "SchoolWebsite",
    "TelephoneNum",
    "HeadTitle (name)",
    "HeadFirstName",
    "HeadLastName",
    "HeadPreferredJobTitle",
    "BSOInspectorateName (name)",
    "InspectorateReport",
    "DateOfLastInspectionVisit",
    "NextInspectionVisit",
    "TeenMoth (name)",
    "TeenMothPlaces",
    "CCF (name)",
    "SENPRU (name)",
    "EBD (name)",
    "PlacesPRU",
    "FTProv (name)",
    "EdByOther (name)",
    "Section41Approved (name)",
    "SEN1 (name)",
    "SEN2 (name)",
    "SEN3 (name)",
    "SEN4 (name)",
    "SEN5 (name)",
    "SEN6 (name)",
    "SEN7 (name)",
    "SEN8 (name)",
    "SEN9 (name)",
    "SEN10 (name)",
    "SEN11 (name)",
    "SEN12 (name)",
    "SEN13 (name)",
    "TypeOfResourcedProvision (name)",
    "ResourcedProvisionOnRoll",
    "ResourcedProvisionCapacity",
    "SenUnitOnRoll",
    "SenUnitCapacity",
    "GOR (code)",
    "GOR (name)",
    "DistrictAdministrative (code)",
    "DistrictAdministrative (name)",
    "AdministrativeWard (code)",
    "AdministrativeWard (name)",
    "ParliamentaryConstituency (code)",
    "ParliamentaryConstituency (name)",
    "UrbanRural (code)",
    "UrbanRural (name)",
    "GSSLACode (name)",
    "Easting",
    "Northing",
    "MSOA (name)",
    "LSOA (name)",
    "InspectorateName (name)",
    "SENStat",
    "SENNoStat",
    "BoardingEstablishment (name)",
    "PropsName",
    "PreviousLA (code)",
    "PreviousLA (name)",
    "PreviousEstablishmentNumber",
    "OfstedRating (name)",
    "Country (name)",
    "UPRN",
    "SiteName",
    "QABName (code)",
    "QABName (name)",
    "EstablishmentAccredited (code)",
    "EstablishmentAccredited (name)",
    "QABReport",
    "CHNumber",
    "MSOA (code)",
    "LSOA (code)",
    "FSM",
    "AccreditationExpiryDate",
)

FIRST_NAMES: tuple[str, ...] = tuple(
    (
        "Amara|Bethan|Callum|Dilys|Edwin|Farah|Gareth|Hana|Imogen|Jasper|Kiran|Leila|Marek|Nadia|Owen|Priya|"
        "Quentin|Rosalind|Samir|Tamsin|Ursula|Vikram|Wendy|Yusuf|Zoë|Alasdair|Beatrix|Chidi|Deborah|Elspeth|"
        "Fergus|Greta|Hamish|Isla|Jolyon|Keziah|Lorcan|Maeve|Noémie|Oluwaseun|Petra|Rafael|Siân|Tobias|Umar|"
        "Verity|Wilfred|Xanthe|Yvonne|Zachary"
    ).split("|")
)
LAST_NAMES: tuple[str, ...] = tuple(
    (
        "Abernethy|Birchall|Cadwallader|Dunmore|Eastaugh|Fairweather|Greatorex|Hollingbery|Inchbald|"
        "Jellicoe|Kettlewell|Lambourne|Merrifield|Nethercott|Okonjo|Pemberley|Quarrington|Rowbottom|"
        "Silverlock|Thistlewood|Underhay|Vosper|Whitlock|Yarborough|Zielinski|Ashdown|Brightwell|Chowdhury|"
        "Drinkwater|Elphick|Fothergill|Gulliver|Hathersage|Ilott|Jessop|Khatun|Lovelace|Müller|Nwosu|"
        "O’Farrell|Pargeter|Ramanathan|Stannard|Trevanion|Umney|Venables|Winterbourne|Applegarth|Blenkinsop|"
        "Cattermole"
    ).split("|")
)
PLACES: tuple[str, ...] = tuple(
    (
        "Ashenbourne|Barrowmere|Calderwick|Dunsford Heath|Elmstead Bridge|Farrowby|Gorsley Hill|Hartlemoor|"
        "Inglefield|Jarrowden|Kestrelton|Larkminster|Marlowbury|Netherwold|Oakhampstead|Penderby|Quenby Vale|"
        "Ravensholt|Silverdean|Thornwaite Cross|Uphaven|Wexcombe|Yarnfield|Applewick|Brackenford|"
        "Copperthwaite|Denholme Park|Easterleigh|Fenchester|Greywater|Hollowdale|Ivesham|Kingsmarsh|"
        "Longhollow|Millbeck|Northwell|Orchardby|Pinehurst|Queensmead|Rookhampton|Stonebarrow|Tillingford|"
        "Underwood|Westerfold|Winterdale|Alderholt|Bramblecote|Cloverleigh|Dovercliffe|Eaglesworth|Foxholme|"
        "Glenhurst|Hawkesbrook|Juniper Hill|Kelmsworth|Lindenham|Mossborough|Nightingale Fields|"
        "Otterbourne Lea|Primrose Hatch"
    ).split("|")
)
SAINTS: tuple[str, ...] = tuple(
    (
        "Aldhelm|Bertoline|Cuthman|Dunstan|Ebba|Frideswide|Godric|Hilda|Ithamar|Kenelm|Mildred|Neot|Osyth|"
        "Petroc|Swithun|Teilo|Urith|Werburgh|Wulfstan|Brigid"
    ).split("|")
)
STREETS: tuple[str, ...] = tuple(
    (
        "Acorn|Beacon|Canal|Dairy|Elder|Foundry|Granary|Heron|Ivy|Kiln|Lantern|Meadow|Orchard|Priory|Quarry|"
        "Rectory|Sycamore|Tannery|Vicarage|Weaver"
    ).split("|")
)
TITLES: tuple[str, ...] = tuple(("Mr|Mrs|Ms|Miss|Dr").split("|"))
TRUSTS: tuple[str, ...] = tuple(
    (
        "Beacon Hill|Copper Beech|Evergreen|Four Rivers|Harbour Light|Kingfisher|Lantern|Northern Oak|"
        "Open Field|Sunrise|Three Spires|Willowbank"
    ).split("|")
)
