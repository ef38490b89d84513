"""The demo model's own modules that the judge shares: they lie in a folder whose name no import can say."""
import importlib
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[1] / 'train-demo'))
factors = importlib.import_module('factors')
weights_file = importlib.import_module('weights_file')
