"""A CRAM or SAM file as uncompressed BAM on standard output; a process of its own.

Run as ``python -m latentbin.abundance.feed FILE [REFERENCE]``. htslib keeps Python's lock while
it waits for a pipe, so a thread in the reading process could wait for itself for ever.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Copy the file; the reason of a failure is the last line on standard error."""
    import pysam

    pysam.set_verbosity(0)
    path, reference = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else None)
    try:
        with (
            pysam.AlignmentFile(path, reference_filename=reference, check_sq=False) as source,
            pysam.AlignmentFile("-", "wb0", template=source) as target,
        ):
            for read in source:
                target.write(read)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
