"""Goods that carry no seal: claims that only list or declare, and goods on their way to organic.

Each has its label approved and is sold under its claim; a seal on it would be wrong.
"""

from typing import Final

from ledger.season.goods import Good, part


def _unsealed(good: Good, wording: str = "", scheme: str = "") -> Good:
    """The good without seals, with the words on its label."""
    more = (("wording", wording),) if wording else ()
    return good.but(seals_per_unit=0, more=more + ((("scheme", scheme),) if scheme else ()))


SOY_SNACK: Final = _unsealed(
    Good("SNACK", "soy snack", "PROCESSED_PLANT",
         (part("soybeans", "40", "JAS"), part("rice flour", "60", None)),
         claim="JAS_INGREDIENT_MENTION", food_group="BEAN"),
    "Soy snack with organic soybeans 40 %",
)  # fmt: skip
OAT_BAR: Final = _unsealed(
    Good("OATBAR", "oat bar", "PROCESSED_PLANT",
         (part("oats", "72", "NOP"), part("corn syrup", "28", None)),
         claim="NOP_MADE_WITH", food_group="CEREAL"),
)  # fmt: skip
MAPLE_BAR: Final = _unsealed(
    Good("MAPLEBAR", "maple bar", "PROCESSED_PLANT",
         (part("maple syrup", "75", "COR"), part("crisp rice", "25", None)),
         claim="COR_CONTAINS", food_group="SUGAR"),
    "Contains 75 % organic ingredients",
)  # fmt: skip
RUSK: Final = _unsealed(
    Good("RUSK", "rusk", "PROCESSED_PLANT",
         (part("wheat", "60", "EU", origin="DE"), part("sugar", "40", None, origin="DE")),
         claim="EU_INGREDIENT_LIST", food_group="BREAD"),
    "Ingredients: organic wheat 60 %, sugar",
)  # fmt: skip
YOUNG_RYE: Final = _unsealed(
    Good("YRYE", "rye", "PLANT", (part("rye", "100", "EU", origin="DE", status="IN_CONVERSION"),),
         claim="EU_IN_CONVERSION", crop="ANNUAL", status="IN_CONVERSION", pack_grams=1000),
    "Product under conversion to organic farming, DE-OEK-001",
)  # fmt: skip
OAT_DRINK: Final = _unsealed(
    Good("OATDRINK", "oat drink", "PROCESSED_PLANT",
         (part("oats", "60", "KRAV", origin="SE"), part("apple", "37", "EU", origin="PL"),
          part("rapeseed oil", "3", None, origin="SE")),
         claim="KRAV_CONTAINS", food_group="DRINK"),
    "Contains KRAV-certified oats, 60 %",
)  # fmt: skip
CRISPS: Final = _unsealed(
    Good("CRISPS", "root crisps", "PROCESSED_PLANT",
         (part("beetroot", "50", "KRAV", origin="SE"), part("palm oil", "50", None, origin="MY")),
         claim="KRAV_INGREDIENT_LIST", food_group="VEGETABLE"),
    "Root crisps. Ingredients: KRAV beetroot 50 %, palm oil",
)  # fmt: skip
MUESLI_BAR: Final = _unsealed(
    Good("CHBAR", "muesli bar", "PROCESSED_PLANT",
         (part("oats", "30", "BIO_SUISSE", origin="CH"), part("sugar", "70", None, origin="CH")),
         claim="BUD_DECLARATION", food_group="CEREAL"),
    "Ingredients: oats (Bud) 30 %, sugar",
)  # fmt: skip
COCOA: Final = _unsealed(
    Good("COCOA", "cocoa powder", "PROCESSED_PLANT",
         (part("cocoa", "100", "BIO_SUISSE", origin="GH"),), claim="BUD_ABROAD",
         food_group="CONFECTIONERY"),
)  # fmt: skip
RICE_MIX: Final = _unsealed(
    Good("RICEMIX", "rice mix", "PROCESSED_PLANT",
         (part("rice", "60", "ACT", origin="TH"), part("tapioca", "40", None, origin="TH")),
         claim="ACT_LISTED", food_group="CEREAL"),
)  # fmt: skip
YOUNG_RICE: Final = _unsealed(
    Good("YRICE", "rice", "PLANT",
         (part("rice", "100", "ACT_EU", origin="TH", status="IN_CONVERSION"),),
         claim="ACT_EU_IN_CONVERSION", crop="ANNUAL", status="IN_CONVERSION", pack_grams=1000),
    scheme="ACT_EU",
)  # fmt: skip
YOUNG_PEAR: Final = _unsealed(
    Good("YPEAR", "pears", "PLANT", (part("pears", "100", "BIOGRO", status="IN_CONVERSION"),),
         claim="BIOGRO_CONVERSION", crop="PERENNIAL", status="IN_CONVERSION", pack_grams=1500),
    "Product under conversion to organic farming certified by BioGro",
)  # fmt: skip
FRUIT_PUREE: Final = _unsealed(
    Good("PUREE", "fruit puree", "PROCESSED_PLANT",
         (part("apple", "80", "BIOGRO"), part("feijoa", "20", None)),
         claim="BIOGRO_INGREDIENT_LIST", food_group="FRUIT"),
    "80 % of the agricultural ingredients were produced in accordance with the rules of organic "
    "production",
)  # fmt: skip
