"""The goods of a season: recipes that pass the label rules of their claim, with some air.

Shares are exact and sum to 100; weights are grams, so that no weight is ever rounded.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from ledger.facts.registry import Ingredient
from ledger.facts.scalars import Share, Weight


@dataclass(frozen=True, slots=True)
class Good:
    """A product and its label: what it is, what a pack weighs, how many seals a pack takes."""

    code: str
    name: str
    class_: str
    recipe: tuple[Ingredient, ...]
    claim: str = "JAS_ORGANIC"
    name_form: str | None = None
    food_group: str | None = None
    species: str | None = None
    crop: str | None = None
    pack_grams: int = 500
    seals_per_unit: int = 1
    status: str = "ORGANIC"
    label_from: date = date(2024, 5, 1)
    more: tuple[tuple[str, Any], ...] = ()

    def but(self, **changes: Any) -> "Good":
        """The same good with some fields changed."""
        return replace(self, **changes)


def part(
    name: str,
    share: str,
    scheme: str | None,
    *,
    kind: str = "AGRICULTURAL",
    origin: str | None = None,
    status: str | None = None,
    gmo: bool = False,
    irradiated: bool = False,
) -> Ingredient:
    """An ingredient: organic under a scheme, or conventional where there is none."""
    return Ingredient(
        name=name,
        share=Share.read(share),
        kind=kind,  # type: ignore[arg-type]  # a name of the catalogue, checked when decoded
        status=status or ("ORGANIC" if scheme else "CONVENTIONAL"),  # type: ignore[arg-type]  # as above
        scheme=scheme,  # type: ignore[arg-type]  # as above
        origin=origin,
        gmo=gmo,
        irradiated=irradiated,
    )


def weight(grams: int) -> Weight:
    """Grams as kilograms with three places."""
    return Weight(f"{grams // 1000}.{grams % 1000:03d}")


def plain(code: str, name: str, class_: str, scheme: str, form: str | None, **more: Any) -> Good:
    """A good of one ingredient, all of it organic under one scheme."""
    kind = "LIVESTOCK" if class_ in ("LIVESTOCK", "HONEY") else "AGRICULTURAL"
    origin = more.pop("origin", None)
    status = more.get("status")
    recipe = (part(name, "100", scheme, kind=kind, origin=origin, status=status),)
    return Good(code, name, class_, recipe, name_form=form, **more)


ALMONDS: Final = plain(
    "ALMOND", "almonds", "PLANT", "NOP", "有機アーモンド", crop="PERENNIAL", pack_grams=750
)
RAISINS: Final = plain(
    "RAISIN", "raisins", "PROCESSED_PLANT", "NOP", "有機レーズン", food_group="FRUIT"
)
GRANOLA: Final = Good(
    "GRANOLA", "granola", "PROCESSED_PLANT",
    (part("oats", "70", "NOP"), part("cane sugar", "26.5", "NOP"),
     part("sunflower oil", "3", None), part("sea salt", "0.5", None, kind="SALT")),
    name_form="有機グラノーラ", food_group="CEREAL", pack_grams=340,
)  # fmt: skip
COOKIES: Final = Good(
    "COOKIE", "butter cookies", "PROCESSED_MIXED",
    (part("wheat flour", "60", "NOP"), part("butter", "20", "NOP", kind="LIVESTOCK"),
     part("cane sugar", "17", "NOP"), part("vanilla", "3", None)),
    name_form="有機バタークッキー", food_group="CONFECTIONERY", pack_grams=120, seals_per_unit=2,
)  # fmt: skip
WINE: Final = plain(
    "WINE", "wine", "ALCOHOL", "NOP", "有機ワイン", food_group="DRINK", pack_grams=1250,
    label_from=date(2025, 10, 1),
)  # fmt: skip
SHIITAKE: Final = plain("SHIITAKE", "shiitake", "FUNGI", "NOP", "有機しいたけ", pack_grams=100)
EGGS: Final = plain(
    "EGG", "hen eggs", "LIVESTOCK", "NOP", "有機畜産卵", food_group="EGG", species="LAYER",
    pack_grams=600,
)  # fmt: skip
OATS: Final = plain("OATS", "oats", "PLANT", "COR", "有機オーツ麦", crop="ANNUAL", pack_grams=1000)
BLUEBERRY: Final = plain(
    "BLUEB", "wild blueberries", "WILD_PLANT", "COR", "有機ブルーベリー", crop="WILD"
)
MAPLE: Final = plain(
    "MAPLE", "maple syrup", "PROCESSED_PLANT", "COR", "有機メープルシロップ", food_group="SUGAR",
    pack_grams=330,
)  # fmt: skip
CHEESE: Final = Good(
    "CHEESE", "cheddar", "PROCESSED_LIVESTOCK",
    (part("milk", "98", "COR", kind="LIVESTOCK"), part("ENZYMES", "1", None, kind="ADDITIVE"),
     part("salt", "1", None, kind="SALT")),
    name_form="有機チーズ", food_group="CHEESE", pack_grams=200,
)  # fmt: skip
AVOCADO: Final = plain(
    "AVOCADO", "avocado", "PLANT", "JAS", "有機アボカド", crop="PERENNIAL", pack_grams=900
)
YOUNG_MANGO: Final = Good(
    "MANGO", "mango", "PLANT", (part("mango", "100", "JAS", status="IN_CONVERSION"),),
    claim="JAS_IN_CONVERSION", name_form="有機マンゴー（転換期間中）", crop="PERENNIAL",
    pack_grams=1200, status="IN_CONVERSION",
)  # fmt: skip
GREEN_TEA: Final = plain(
    "TEA", "green tea", "PROCESSED_PLANT", "JAS", "有機緑茶", food_group="DRINK", pack_grams=100
)
FEED: Final = Good(
    "FEED", "layer feed", "FEED",
    (part("maize", "80", "JAS"), part("soybean meal", "16", "JAS"),
     part("LIMESTONE", "4", None, kind="ADDITIVE")),
    name_form="有機飼料配合", pack_grams=20_000,
)  # fmt: skip
TOFU: Final = Good(
    "TOFU", "tofu", "PROCESSED_PLANT",
    (part("soybeans", "14.600", "JAS"), part("water", "85", None, kind="WATER"),
     part("CRUDE_SEAWATER_MAGNESIUM_CHLORIDE", "0.400", None, kind="ADDITIVE")),
    name_form="有機豆腐", food_group="BEAN", pack_grams=350,
)  # fmt: skip
MUESLI: Final = Good(
    "MUESLI", "muesli", "PROCESSED_PLANT",
    (part("oats", "96", "KRAV", origin="SE"), part("beet sugar", "4", None, origin="SE")),
    claim="KRAV_MARK", name_form="ORIGIN_SE", food_group="CEREAL",
)  # fmt: skip
BREAD: Final = Good(
    "BREAD", "rye bread", "PROCESSED_PLANT",
    (part("rye", "97", "EU", origin="DE"), part("caraway", "3", "EU", origin="DE")),
    claim="EU_LOGO", name_form="ORIGIN_DE", food_group="BREAD",
)  # fmt: skip
PASTA: Final = plain(
    "PASTA", "wheat pasta", "PROCESSED_PLANT", "BIO_SUISSE", None, claim="BUD_BIO_SUISSE",
    origin="CH", food_group="NOODLE",
)  # fmt: skip
RICE: Final = plain(
    "RICE", "jasmine rice", "PLANT", "ACT", None, claim="ACT_ORGANIC", crop="ANNUAL",
    pack_grams=1000,
)  # fmt: skip
APPLE: Final = plain(
    "APPLE", "apples", "PLANT", "BIOGRO", None, claim="BIOGRO_ORGANIC", crop="PERENNIAL",
    pack_grams=1500,
)  # fmt: skip
YOUNG_PASTA: Final = plain(
    "YPASTA", "spelt pasta", "PROCESSED_PLANT", "BIO_SUISSE", None, claim="BUD_CONVERSION",
    origin="CH", food_group="NOODLE", status="IN_CONVERSION",
    more=(("wording", "Product under conversion to organic farming"),),
)  # fmt: skip
CHOCOLATE: Final = Good(
    "CHOC", "chocolate", "PROCESSED_PLANT",
    (part("milk powder", "40", "BIO_SUISSE", kind="LIVESTOCK", origin="CH"),
     part("beet sugar", "25", "BIO_SUISSE", origin="CH"),
     part("cocoa", "35", "BIO_SUISSE", origin="GH")),
    claim="BUD_BIO", food_group="CONFECTIONERY", pack_grams=100,
)  # fmt: skip
CRACKERS: Final = Good(
    "CRACKER", "rice crackers", "PROCESSED_PLANT",
    (part("rice", "73", "ACT", origin="TH"), part("sugar", "27", None, origin="TH")),
    claim="ACT_PERCENT", food_group="CEREAL", pack_grams=150,
    more=(("wording", "73 % organic materials"),),
)  # fmt: skip
DATES: Final = plain(
    "DATE", "dates", "PROCESSED_PLANT", "NOP", None, claim="NOP_100", food_group="FRUIT"
)
HONEY: Final = plain("HONEY", "honey", "HONEY", "NOP", None, claim="NOP_ORGANIC", pack_grams=250)
COTTON: Final = plain(
    "COTTON", "cotton wool", "NON_FOOD", "NOP", None, claim="NOP_ORGANIC", pack_grams=100
)
KELP: Final = plain("KELP", "kelp", "ALGAE", "COR", None, claim="COR_ORGANIC", pack_grams=80)
