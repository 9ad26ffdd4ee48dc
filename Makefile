# Every target first makes .venv from the pinned requirements.txt, when that or pyproject.toml changed.

PYTHON ?= python3
VENV := .venv
# Windows keeps the programs of a virtual environment in Scripts.
BIN := $(if $(filter Windows_NT,$(OS)),$(VENV)/Scripts,$(VENV)/bin)
RUN := $(BIN)/python

CONTENT ?= data/content/temple.jpg
STYLE ?= data/style/night_swirls.jpg
OUTPUT ?= output/picture.png
ARGS ?=
# As they were typed, whatever dollar signs and quotes they hold: make would read a name in `price $5.jpg`, and the
# shell reads one in what stands in the recipe itself, but not in its environment.
override CONTENT := $(value CONTENT)
override STYLE := $(value STYLE)
override OUTPUT := $(value OUTPUT)
export CONTENT STYLE OUTPUT
PORT ?= 8000
# LANGUAGE=zh_CN: the lessons in Chinese. Desktops set a variable of this name too (en_US:en), which is not meant.
EDITION := $(filter zh_CN,$(LANGUAGE))
# Two side by side: a lesson or a test alone leaves half of two cores idle.
TWO := --numprocesses=2
SITE := tests/browser/test_site_in_browser.py
# Some containers forbid Python to keep what it compiled: each process would then take 6 s more to load TensorFlow.
unexport PYTHONDONTWRITEBYTECODE
# But with one thread each: else they get into each other's way (a fifth more time), and lessons print the same anyway.
test test-package test-slow test-notebooks test-browser test-site coverage: export OMP_NUM_THREADS = 1
test test-package test-slow test-notebooks test-browser test-site coverage: export OPENBLAS_NUM_THREADS = 1
test test-package test-slow test-notebooks test-browser test-site coverage: export TF_NUM_INTRAOP_THREADS = 1

.DEFAULT_GOAL := help
.PHONY: help lab transfer notebooks translations site serve handout gallery runs features woven test test-package test-slow test-notebooks test-browser test-site processors benchmark coverage lint lock gpu clean

help:  ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

$(VENV)/installed: requirements.txt pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit( \
		f"Python 3.11, 3.12 or 3.13 is needed, this is {v[0]}.{v[1]}: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv --clear $(VENV)
	@# Python compiles what is imported, when it is: pip would compile all 12,000 files, one after the other.
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lab: $(VENV)/installed  ## open the lessons in JupyterLab
	JUPYTER_CONFIG_PATH="$(CURDIR)/tools/jupyter" $(BIN)/jupyter lab notebooks

transfer: $(VENV)/installed  ## make a picture: CONTENT=… STYLE=… OUTPUT=… ARGS="--size 768"
	$(RUN) -m nst_helpers transfer "$$CONTENT" "$$STYLE" --output "$$OUTPUT" $(value ARGS)

notebooks: $(VENV)/installed  ## build the lessons from notebooks/sources; LESSON=01_convolution LANGUAGE=zh_CN
	$(RUN) tools/build_notebooks.py $(if $(EDITION),--language $(EDITION)) $(LESSON)

translations: $(VENV)/installed  ## take up in translations/ what changed in English, and say what is left to do
	$(RUN) tools/translate.py $(if $(EDITION),--language $(EDITION)) $(LESSON)

site: $(VENV)/installed  ## the course as a website that needs no network, its panels move: site/index.html
	$(RUN) tools/make_site.py

serve: site  ## and show it to a classroom, network or not: http://localhost:8000; PORT=…
	$(RUN) -m http.server $(PORT) --directory site

handout: $(VENV)/installed  ## the lessons without outputs and solutions, for a class: build/handout
	$(RUN) tools/handout.py

gallery: $(VENV)/installed  ## paint the finished pictures in data/gallery, and the sheet of all pairs (minutes)
	$(RUN) tools/gallery.py
	$(RUN) tools/contact_sheet.py

runs: $(VENV)/installed  ## compute what lessons show but do not compute, where out of date; ARGS=--check only names it
	$(RUN) tools/beforehand.py $(ARGS)

features: $(VENV)/installed  ## compute what lesson 02 shows of channels and of three sets of weights, where missing (minutes)
	$(RUN) tools/feature_pictures.py
	$(RUN) tools/three_weights.py
	$(RUN) tools/four_pairs.py

woven: $(VENV)/installed  ## compute the textures that lesson 05 shows, where out of date (data/woven)
	$(RUN) tools/woven.py

test: lint  ## check everything but what `make test-site` and `make test-slow` have
	$(MAKE) test-package
	$(MAKE) test-notebooks
	$(MAKE) test-browser

test-package: $(VENV)/installed  ## run the tests of the package, the tools and the built files
	$(RUN) -m pytest $(TWO) -p no:nbval --dist=loadfile --no-loadscope-reorder --durations=20 --ignore=tests/browser -m "not slow"

test-slow: $(VENV)/installed  ## what takes long and few changes break: training, memory over many rounds, killed processes
	$(RUN) -m pytest $(TWO) -p no:nbval --dist=loadfile --no-loadscope-reorder --durations=20 --ignore=tests/browser -m slow

test-notebooks: $(VENV)/installed  ## run every lesson, compare its outputs; LESSON=01_convolution CONDITION=sse41
	$(RUN) $(if $(CONDITION),tools/check_processors.py --without-package --condition $(CONDITION), \
		tools/run_lessons.py $(if $(EDITION),--language $(EDITION))) $(LESSON)

test-browser: $(VENV)/installed  ## use every lesson in a real JupyterLab and a real browser (SKIP_BROWSER=1: do not)
	$(RUN) -m pytest $(TWO) --dist=loadfile --no-loadscope-reorder tests/browser --ignore=$(SITE)

test-site: $(VENV)/installed  ## make the website, and read every page of it in a real browser without a network
	$(RUN) -m pytest $(TWO) --dist=worksteal $(SITE)

processors: $(VENV)/installed  ## run every lesson as other processors would (an hour); one: LESSON=… CONDITION=sse41
	$(RUN) tools/check_processors.py $(if $(CONDITION),--condition $(CONDITION)) $(LESSON)

benchmark: $(VENV)/installed  ## measure speed and memory, as ratios in one run
	$(RUN) benchmarks/benchmark.py $(ARGS)
	$(RUN) benchmarks/drive.py --figure data/gallery/drive.png
	$(RUN) benchmarks/widgets.py

coverage: $(VENV)/installed  ## which lines of the package its tests run, file by file
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(TWO) --dist=loadfile --no-loadscope-reorder --ignore=tests/browser
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(VENV)/installed  ## check the code's form and its types
	$(BIN)/ruff check .
	$(BIN)/basedpyright --pythonpath $(RUN)

lock: $(VENV)/installed  ## pin the newest versions that pyproject.toml allows
	$(RUN) tools/lock.py

gpu: $(VENV)/installed  ## Linux with an NVIDIA card: swap TensorFlow for its CUDA build
	$(RUN) -m pip uninstall --yes tensorflow-cpu
	$(RUN) -m pip install -e ".[gpu]"
	$(RUN) -m pip uninstall --yes tensorflow-cpu
	$(RUN) -m pip install --force-reinstall --no-deps "tensorflow==$$(sed -n 's/^tensorflow==\([0-9.]*\).*/\1/p' requirements.txt)"

clean:  ## remove the virtual environment and what was built; pictures in output/ stay
	rm -rf $(VENV) build site output/browser
