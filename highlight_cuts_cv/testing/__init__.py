"""For plugin authors: run our own contract checks over your plugin, and make clips for tests.

.. code-block:: python

    from highlight_cuts_cv.testing import check_indicator
    from my_plugin import Square

    def test_square_keeps_the_contract():
        check_indicator(Square())
"""

from highlight_cuts_cv.testing.contracts import check_detector, check_indicator, check_tracker
from highlight_cuts_cv.testing.deliverers import check_deliverer
from highlight_cuts_cv.testing.exporters import check_exporter
from highlight_cuts_cv.testing.identifiers import check_identifier
from highlight_cuts_cv.testing.timelines import check_untouched

__all__ = [
    "check_deliverer",
    "check_detector",
    "check_exporter",
    "check_identifier",
    "check_indicator",
    "check_tracker",
    "check_untouched",
]
