# Half Full: every file the project makes, and what it is made from.
# A rule is a signature: its prerequisites, in order, are the arguments of the step; code and the
# lock file are prerequisites too, but no arguments. Paths may not contain spaces.

ifeq ($(filter oneshell,$(.FEATURES)),)
  $(error This needs GNU Make 4 or newer and is $(MAKE_VERSION); on macOS: brew install make, then gmake)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTINTERMEDIATE:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

DISTRICTS_DIR ?= config/districts
DATA ?= data
OUT ?= outputs
VENV ?= .venv

# A district file may name its raw files through the environment: ${DATA}/demo/…
export DATA DISTRICTS_DIR
# Where matplotlib notes which typefaces there are: beside what is installed, not in the home folder.
export MPLCONFIGDIR := $(VENV)/.matplotlib
RAW := $(DATA)/raw
MADE := $(DATA)/interim

# A folder that is nowhere, or is two words, would be built in the wrong place or removed by `clean`.
$(foreach variable,DISTRICTS_DIR DATA OUT VENV,$(if $(filter 1,$(words $($(variable)))),,\
  $(error $(variable) must name one folder, without spaces, and is "$($(variable))")))
# The names of these files become goals and parts of commands.
ODD_NAMES := $(shell ls -1 $(DISTRICTS_DIR) config/categories config/composites config/indicators config/national config/nations config/scenarios config/standards config/unused config/uses config/cautions config/walkers config/words 2>/dev/null | \
  grep '[.]yaml$$' | LC_ALL=C grep -vxE '[a-z][a-z0-9]*([_-][a-z0-9]+)*[.]yaml' | LC_ALL=C tr -c '[:alnum:]._\n-' '?')
ifneq ($(ODD_NAMES),)
  $(error A name is not allowed in $(DISTRICTS_DIR) or config: $(firstword $(ODD_NAMES)). Use small letters, digits, _ and -, beginning with a letter)
endif

DISTRICTS := $(sort $(basename $(notdir $(wildcard $(DISTRICTS_DIR)/*.yaml))))
DEMO_DISTRICTS := sampleton helsinki-centre
CATEGORY_FILES := $(sort $(wildcard config/categories/*.yaml))
CATEGORIES := $(basename $(notdir $(CATEGORY_FILES)))
SCHEMAS := authorities category caution composite district indicator lock nation national scenario standard study theme unused unwelcome use walker words
NATIONAL_FILES := $(sort $(wildcard config/national/*.yaml))
NATION_FILES := $(sort $(wildcard config/nations/*.yaml))
COMPOSITE_FILES := $(sort $(wildcard config/composites/*.yaml))
INDICATOR_FILES := $(sort $(wildcard config/indicators/*.yaml))
INDICATOR_DATA := $(filter-out %.yaml,$(wildcard config/indicators/*.*))
STANDARD_FILES := $(sort $(wildcard config/standards/*.yaml))
USE_FILES := $(sort $(wildcard config/unused/*.yaml config/uses/*.yaml config/cautions/*.yaml))
WALKER_FILES := $(sort $(wildcard config/walkers/*.yaml))
WORDS_FILES := $(sort $(wildcard config/words/*.yaml))
# A council’s logo, if there is one; of two the first is taken.
LOGO := $(firstword $(wildcard config/logo.png config/logo.svg))

# -B: on a full disk Python would leave half a compiled module behind, and trip over it ever after.
PYTHON := $(VENV)/bin/python -B
INSTALLED := $(VENV)/.installed
# What every step that measures walks runs.
WALKING := pipeline/cores.py $(wildcard pipeline/routing/*.py pipeline/access/*.py)
# Modules with kernels; compiling them takes longer than most steps, so it is done once for all.
KERNELS := pipeline/snapping.py $(wildcard pipeline/routing/*.py)
COMPILED := $(VENV)/.compiled
# What every step leans on: its results are made anew when one of these changes.
CORE := requirements.lock $(wildcard $(addprefix pipeline/,config/*.py files/*.py steps/*.py tables/*.py)) \
        $(addprefix pipeline/,codes.py contracts.py feeds.py heights.py rasters.py text.py units.py)

# Not */*: Python keeps compiled modules in a folder there.
PAGES := $(wildcard pipeline/pages/*.py pipeline/pages/static/* pipeline/pages/templates/*)

# One job a core; a -j on the command line has the last word.
ifeq ($(MAKELEVEL),0)
  MAKEFLAGS += --jobs=$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
endif

arguments = $(filter %.yaml %.json %.parquet %.tif %.zip,$^)
run-step = $(PYTHON) -m pipeline $(1) $(arguments) --out $(2) --note
step = $(run-step) $(MADE)/notes/$(1).json
district-step = $(run-step) $(MADE)/$*/notes/$(1).json

GOALS := help setup setup-servers setup-browser demo test check format bench bench-engine bench-pages performance pictures catchment doctor clean new-district refetch scenario baseline compare lock offline live-check fault-table reference field-check licence-cut
ifneq ($(filter $(GOALS),$(DISTRICTS)),)
  $(error $(DISTRICTS_DIR)/$(firstword $(filter $(GOALS),$(DISTRICTS))).yaml: this is the name of a goal of make; give the district another)
endif
.PHONY: $(GOALS) FORCE $(DISTRICTS)

## help: this list
help:
	@echo "Half Full: what is strong in a place, and how far people walk to it."
	@echo
	@sed -n 's/^## \([^:]*\): \(.*\)/  make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
	  awk -F'|' '{ printf "%-32s %s\n", $$1, $$2 }'
	@echo
	@echo "Districts:  $(DISTRICTS)" | fold -s -w 78
	@echo "Categories: $(CATEGORIES)" | fold -s -w 78

# What is made of a district between its raw files and its pages. Files that only patterns speak of
# are steps on the way to make: it would look through all that they hang on again and again, for
# seconds, and take them away in the end. So each of each district is named here.
WAY := district.stamp district.json field_checks.json minutes_to_nearest.tif pictures.zip \
       $(addsuffix .parquet,access access_points ambiguous assessment assets best_sets by_source by_walker \
       catchment_people catchments coverage domains elsewhere entrances features gradient groups homes indicators \
       localities nearby neighbourhoods network raster_minutes records residents_gained sensitivity set_aside similar \
       site_uses standards starts streets terrain unused_land walks)
.named: $(foreach district,$(DISTRICTS),$(RAW)/$(district)/manifest.json $(addprefix $(MADE)/$(district)/,$(WAY)))

# --- the machine -------------------------------------------------------------------------------

## setup: create .venv and install the pinned dependencies
setup: $(INSTALLED) $(COMPILED)

$(INSTALLED): requirements.lock
	@sh bin/create-venv $(VENV)
	@echo "Installing the pinned dependencies; this takes a minute or two"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(COMPILED): $(KERNELS) pipeline/kernels.py $(INSTALLED)
	@echo "Compiling the walking kernels, once after an installation or a change of them"
	@$(PYTHON) -m pipeline kernels $(KERNELS) --out $@

# Real servers stand apart: only the tests of the clients that ask such servers need them.
PYGEOAPI := .venv-pygeoapi
$(PYGEOAPI)/.installed: tests/servers/pygeoapi.lock
	@sh bin/create-venv $(PYGEOAPI)
	@echo "Installing pygeoapi, a server that sources are tested against; this takes a minute"
	@$(PYGEOAPI)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

KOOP := tests/servers/npm/node_modules
$(KOOP)/.installed: $(addprefix tests/servers/npm/,.npmrc package.json package-lock.json)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer, then again"; exit 1; }
	@echo "Installing Koop, a server that sources are tested against"
	@cd tests/servers/npm && npm ci --silent
	@touch $@

## setup-servers: install the real servers that the clients of sources are tested against
setup-servers: $(PYGEOAPI)/.installed $(KOOP)/.installed
	@sh bin/install-mapserver

AXE := tests/browser/npm/node_modules
$(AXE)/.installed: $(addprefix tests/browser/npm/,.npmrc package.json package-lock.json)
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer, then again"; exit 1; }
	@echo "Installing axe-core, which looks at pages as people with disabilities meet them, and ESLint"
	@cd tests/browser/npm && npm ci --silent
	@touch $@

## setup-browser: install axe-core, which tests run on the pages, and what checks their scripts
setup-browser: $(AXE)/.installed

## doctor: say in sentences what is missing or odd on this machine
doctor:
	@python3 -B -m pipeline.doctor --venv $(VENV) --data $(DATA) --out $(OUT) --districts $(DISTRICTS_DIR)

# --- choices -------------------------------------------------------------------------------------

# Names are inputs too: taking a file away must rebuild what used it.
$(MADE)/categories.names: FORCE
	@mkdir -p $(@D) && echo '$(CATEGORIES)' | cmp -s - $@ || echo '$(CATEGORIES)' > $@
$(MADE)/national.names: FORCE
	@mkdir -p $(@D) && echo '$(NATIONAL_FILES)' | cmp -s - $@ || echo '$(NATIONAL_FILES)' > $@
$(MADE)/nations.names: FORCE
	@mkdir -p $(@D) && echo '$(NATION_FILES)' | cmp -s - $@ || echo '$(NATION_FILES)' > $@

$(MADE)/walkers.names: FORCE
	@mkdir -p $(@D) && echo '$(WALKER_FILES)' | cmp -s - $@ || echo '$(WALKER_FILES)' > $@
$(MADE)/uses.names: FORCE
	@mkdir -p $(@D) && echo '$(USE_FILES)' | cmp -s - $@ || echo '$(USE_FILES)' > $@
$(MADE)/words.names: FORCE
	@mkdir -p $(@D) && echo '$(WORDS_FILES)' | cmp -s - $@ || echo '$(WORDS_FILES)' > $@
$(MADE)/logo.names: FORCE
	@mkdir -p $(@D) && echo '$(LOGO)' | cmp -s - $@ || echo '$(LOGO)' > $@
$(MADE)/composites.names: FORCE
	@mkdir -p $(@D) && echo '$(COMPOSITE_FILES)' | cmp -s - $@ || echo '$(COMPOSITE_FILES)' > $@
$(MADE)/indicators.names: FORCE
	@mkdir -p $(@D) && echo '$(INDICATOR_FILES) $(INDICATOR_DATA)' | cmp -s - $@ || echo '$(INDICATOR_FILES) $(INDICATOR_DATA)' > $@
$(MADE)/standards.names: FORCE
	@mkdir -p $(@D) && echo '$(STANDARD_FILES)' | cmp -s - $@ || echo '$(STANDARD_FILES)' > $@

# Rewritten only when their content changes, so that a new colour does not rerun the routing: the
# stamp says when that was last looked into.
$(MADE)/rules.stamp $(MADE)/ways.stamp $(MADE)/looks.stamp: $(CATEGORY_FILES) $(MADE)/categories.names $(CORE) | $(INSTALLED)
	@$(call step,$(basename $(@F)),$(@:.stamp=.json))
	@touch $@
$(MADE)/national.stamp: $(NATIONAL_FILES) $(MADE)/national.names $(CORE) | $(INSTALLED)
	@$(call step,$(basename $(@F)),$(@:.stamp=.json))
	@touch $@
$(MADE)/walkers.stamp: $(WALKER_FILES) $(MADE)/walkers.names $(CORE) | $(INSTALLED)
	@$(call step,$(basename $(@F)),$(@:.stamp=.json))
	@touch $@
$(MADE)/words.stamp: $(WORDS_FILES) $(MADE)/words.names $(CORE) | $(INSTALLED)
	@$(call step,$(basename $(@F)),$(@:.stamp=.json))
	@touch $@
$(MADE)/theme.stamp: config/theme.yaml $(LOGO) $(MADE)/logo.names $(addprefix pipeline/pages/,contrast.py \
		looks.py picture_gate.py) $(CORE) | $(INSTALLED)
	@$(call step,$(basename $(@F)),$(@:.stamp=.json))
	@touch $@
$(MADE)/theme.stamp $(MADE)/theme.json: arguments = config/theme.yaml $(LOGO)
$(MADE)/standards.stamp: $(MADE)/rules.json $(STANDARD_FILES) $(MADE)/standards.names \
		pipeline/standards.py $(CORE) | $(INSTALLED)
	@$(call step,published_standards,$(@:.stamp=.json))
	@touch $@
$(MADE)/uses.stamp: $(MADE)/rules.json $(USE_FILES) $(MADE)/uses.names pipeline/uses.py $(CORE) | $(INSTALLED)
	@$(call step,uses,$(@:.stamp=.json))
	@touch $@
# Words that stand on no picture can change without one being drawn again.
$(MADE)/picture_words.stamp: $(MADE)/words.json $(CORE) | $(INSTALLED)
	@$(call step,$(basename $(@F)),$(@:.stamp=.json))
	@touch $@
# One that was taken away is made again from the same files, which are no prerequisites here.
$(MADE)/rules.json $(MADE)/ways.json $(MADE)/looks.json: arguments = $(CATEGORY_FILES)
$(MADE)/national.json: arguments = $(NATIONAL_FILES)
$(MADE)/walkers.json: arguments = $(WALKER_FILES)
$(MADE)/words.json: arguments = $(WORDS_FILES)
$(addprefix $(MADE)/,$(addsuffix .json,rules ways looks national walkers words theme)): %.json: %.stamp
	@test -f $@ || $(call step,$(basename $(@F)),$@)
$(MADE)/picture_words.json: arguments = $(MADE)/words.json
$(MADE)/picture_words.json: %.json: %.stamp
	@test -f $@ || $(call step,picture_words,$@)
$(MADE)/uses.json: arguments = $(MADE)/rules.json $(USE_FILES)
$(MADE)/uses.json: %.json: %.stamp
	@test -f $@ || $(call step,uses,$@)
$(MADE)/standards.json: arguments = $(MADE)/rules.json $(STANDARD_FILES)
$(MADE)/standards.json: %.json: %.stamp
	@test -f $@ || $(call step,published_standards,$@)

# --- a district, from raw files to tables --------------------------------------------------------

# A district’s file is filled with what is usual in its nation; like the choices above, it is
# rewritten only when its content changes.
$(MADE)/%/district.stamp: $(DISTRICTS_DIR)/%.yaml $(NATION_FILES) $(MADE)/nations.names \
		pipeline/districts.py $(CORE) | $(INSTALLED)
	@$(call district-step,district,$(@:.stamp=.json))
	@touch $@
$(MADE)/%/district.json: arguments = $(DISTRICTS_DIR)/$*.yaml $(NATION_FILES)
$(MADE)/%/district.json: $(MADE)/%/district.stamp
	@test -f $@ || $(call district-step,district,$@)

# What people found who went and looked lies beside the district’s file, once there is anything.
$(MADE)/%/field_checks.json: FORCE
	@mkdir -p $(@D) && answers="$$(cat "$(DISTRICTS_DIR)/$*.field_checks.json" 2>/dev/null || echo '{}')" && \
	  { printf '%s\n' "$$answers" | cmp -s - $@ || printf '%s\n' "$$answers" > $@; }

# The district is order-only: a changed title fetches nothing. `make refetch` asks again.
$(RAW)/%/manifest.json: | $(MADE)/%/district.json $(MADE)/national.json $(INSTALLED)
	@$(PYTHON) -m pipeline fetch $(MADE)/$*/district.json $(MADE)/national.json --out $@ --note $(MADE)/$*/notes/fetch.json

$(MADE)/%/neighbourhoods.parquet: $(MADE)/%/district.json $(MADE)/national.json $(RAW)/%/manifest.json \
		$(addprefix pipeline/,neighbourhoods.py nationwide.py counts.py deprivation.py coordinates.py) $(CORE)
	@$(call district-step,neighbourhoods,$@)

$(MADE)/%/features.parquet $(MADE)/%/streets.parquet $(MADE)/%/coverage.parquet: \
		config/study.yaml $(MADE)/%/district.json $(RAW)/%/manifest.json $(MADE)/%/neighbourhoods.parquet \
		$(addprefix pipeline/,osm.py osm_file.py coverage.py coordinates.py) $(CORE)
	@$(call district-step,osm,$(addprefix $(MADE)/$*/,features.parquet streets.parquet coverage.parquet))

$(addprefix $(MADE)/%/,$(addsuffix .parquet,assets access_points set_aside records ambiguous)): \
		config/study.yaml $(MADE)/rules.json $(MADE)/national.json $(MADE)/%/district.json \
		$(RAW)/%/manifest.json $(MADE)/%/neighbourhoods.parquet $(MADE)/%/features.parquet \
		$(MADE)/%/field_checks.json $(addprefix pipeline/,agreement.py assets.py cells.py classification.py comparison.py coordinates.py corroboration.py departures.py \
		field_checks.py grouping.py matching.py names.py placing.py quarantine.py records.py stops.py tags.py timetables.py wanted.py) $(CORE)
	@$(call district-step,assets,$(addprefix $(MADE)/$*/,assets.parquet access_points.parquet set_aside.parquet records.parquet ambiguous.parquet))

$(MADE)/%/network.parquet: config/study.yaml $(MADE)/%/streets.parquet $(MADE)/%/features.parquet \
		$(addprefix pipeline/,network.py barriers.py tags.py walkable.py) $(CORE)
	@$(call district-step,network,$@)

$(MADE)/%/terrain.parquet: config/study.yaml $(MADE)/%/district.json $(MADE)/national.json \
		$(RAW)/%/manifest.json $(MADE)/%/neighbourhoods.parquet $(MADE)/%/network.parquet \
		pipeline/terrain.py pipeline/coordinates.py $(CORE)
	@$(call district-step,terrain,$@)

$(MADE)/%/entrances.parquet: config/study.yaml $(MADE)/rules.json $(MADE)/%/assets.parquet \
		$(MADE)/%/access_points.parquet $(MADE)/%/features.parquet $(MADE)/%/network.parquet \
		$(addprefix pipeline/,entrances.py snapping.py walkable.py) $(CORE) | $(COMPILED)
	@$(call district-step,entrances,$@)

$(MADE)/%/homes.parquet: config/study.yaml $(MADE)/%/district.json $(MADE)/national.json \
		$(RAW)/%/manifest.json $(MADE)/%/neighbourhoods.parquet $(MADE)/%/coverage.parquet \
		$(MADE)/%/features.parquet $(MADE)/%/network.parquet \
		$(addprefix pipeline/,homes.py snapping.py coverage.py) $(CORE) | $(COMPILED)
	@$(call district-step,homes,$@)

$(MADE)/%/access.parquet: config/study.yaml $(MADE)/rules.json $(MADE)/walkers.json $(MADE)/%/assets.parquet \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,entrances homes network terrain)) \
		$(addprefix pipeline/,headline.py places.py snapping.py tags.py walkers.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,access,$@)

$(MADE)/%/by_source.parquet: config/study.yaml $(MADE)/rules.json $(MADE)/walkers.json \
		$(MADE)/%/district.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods assets entrances homes network terrain)) \
		$(addprefix pipeline/,headline.py places.py snapping.py tags.py walkers.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,by_source,$@)

$(MADE)/%/sensitivity.parquet $(MADE)/%/by_walker.parquet: \
		config/study.yaml $(MADE)/rules.json $(MADE)/walkers.json $(MADE)/%/district.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods entrances homes network terrain)) \
		$(addprefix pipeline/,headline.py places.py snapping.py tags.py walkers.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,sensitivity,$(addprefix $(MADE)/$*/,sensitivity.parquet by_walker.parquet))

$(MADE)/%/minutes_to_nearest.tif $(MADE)/%/raster_minutes.parquet: \
		config/study.yaml $(MADE)/rules.json $(MADE)/walkers.json $(MADE)/%/district.json \
		$(MADE)/national.json $(RAW)/%/manifest.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods coverage features network terrain entrances)) \
		$(addprefix pipeline/,coverage.py headline.py places.py snapping.py tags.py walkers.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,surface,$(addprefix $(MADE)/$*/,minutes_to_nearest.tif raster_minutes.parquet))

$(MADE)/%/catchments.parquet $(MADE)/%/catchment_people.parquet: \
		config/study.yaml $(MADE)/rules.json $(MADE)/walkers.json $(MADE)/%/minutes_to_nearest.tif \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods homes entrances network terrain)) \
		$(addprefix pipeline/,coverage.py headline.py places.py snapping.py tags.py walkers.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,catchments,$(addprefix $(MADE)/$*/,catchments.parquet catchment_people.parquet))

$(MADE)/%/indicators.parquet: config/study.yaml $(MADE)/rules.json $(MADE)/%/district.json \
		$(RAW)/%/manifest.json $(MADE)/%/neighbourhoods.parquet $(MADE)/%/homes.parquet \
		$(MADE)/%/access.parquet $(addprefix pipeline/,profiles.py headline.py places.py) $(CORE)
	@$(call district-step,profiles,$@)

$(MADE)/%/gradient.parquet: config/study.yaml \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods homes indicators)) \
		$(addprefix pipeline/,equity.py headline.py inequality.py places.py) $(CORE)
	@$(call district-step,gradient,$@)

$(MADE)/%/nearby.parquet $(MADE)/%/localities.parquet: config/study.yaml \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods features homes access)) \
		$(addprefix pipeline/,localities.py names.py nearby.py tags.py) $(CORE)
	@$(call district-step,nearby,$(addprefix $(MADE)/$*/,nearby.parquet localities.parquet))

$(MADE)/%/starts.parquet $(MADE)/%/walks.parquet: \
		config/study.yaml $(MADE)/rules.json $(MADE)/walkers.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods assets entrances homes network terrain)) \
		$(addprefix pipeline/,places.py snapping.py tags.py walkers.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,walks,$(addprefix $(MADE)/$*/,starts.parquet walks.parquet))

$(MADE)/%/standards.parquet: config/study.yaml $(MADE)/rules.json $(MADE)/standards.json \
		$(MADE)/%/district.json $(RAW)/%/manifest.json $(MADE)/%/neighbourhoods.parquet \
		$(MADE)/%/coverage.parquet $(MADE)/%/assets.parquet $(MADE)/%/entrances.parquet \
		$(MADE)/%/homes.parquet $(MADE)/%/network.parquet \
		$(addprefix pipeline/,attainment.py headline.py places.py profiles.py sites.py standards.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,standards,$@)

UNUSED := unused_land site_uses residents_gained best_sets
$(addprefix $(MADE)/%/,$(addsuffix .parquet,$(UNUSED))): \
		config/study.yaml $(MADE)/rules.json $(MADE)/walkers.json $(MADE)/uses.json $(MADE)/%/district.json \
		$(MADE)/national.json $(RAW)/%/manifest.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods assets features network terrain homes access)) \
		$(addprefix pipeline/,best_sets.py cautions.py cells.py classification.py coordinates.py disuse.py entrances.py \
		grouping.py matching.py names.py placing.py plots.py residents_gained.py same_sites.py site_walks.py snapping.py tags.py \
		terrain.py unused_land.py uses.py walkable.py walkers.py wanted.py) \
		$(WALKING) $(CORE) | $(COMPILED)
	@$(call district-step,unused_land,$(addprefix $(MADE)/$*/,$(addsuffix .parquet,$(UNUSED))))

$(MADE)/%/domains.parquet: $(MADE)/%/district.json $(MADE)/national.json $(RAW)/%/manifest.json \
		$(MADE)/%/neighbourhoods.parquet $(addprefix pipeline/,deprivation.py domains.py) $(CORE)
	@$(call district-step,domains,$@)

# What others have counted or asked, and the declarations that say how to read it, lie together.
$(MADE)/%/elsewhere.parquet: config/study.yaml $(MADE)/%/district.json $(MADE)/%/neighbourhoods.parquet \
		$(INDICATOR_FILES) $(INDICATOR_DATA) $(MADE)/indicators.names pipeline/elsewhere.py $(CORE)
	@$(call district-step,indicators_elsewhere,$@)
$(MADE)/%/elsewhere.parquet: arguments = config/study.yaml $(MADE)/$*/district.json \
	$(MADE)/$*/neighbourhoods.parquet $(INDICATOR_FILES)

$(MADE)/%/assessment.parquet $(MADE)/%/groups.parquet: config/study.yaml $(MADE)/ways.json \
		$(MADE)/standards.json $(MADE)/national.json $(MADE)/%/district.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods domains elsewhere homes indicators standards)) \
		$(COMPOSITE_FILES) $(MADE)/composites.names \
		$(addprefix pipeline/,assessment.py clusters.py composite.py named_groups.py standards.py) $(CORE)
	@$(call district-step,assessment,$(addprefix $(MADE)/$*/,assessment.parquet groups.parquet))

$(MADE)/%/similar.parquet: config/study.yaml \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods homes indicators)) \
		pipeline/similar.py $(CORE)
	@$(call district-step,similar,$@)

# Looks are checked before anything is drawn with them; a new logo draws nothing anew.
$(MADE)/%/pictures.zip: config/study.yaml config/theme.yaml $(MADE)/looks.json $(MADE)/picture_words.json \
		$(MADE)/%/district.json $(RAW)/%/manifest.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods coverage features network assets indicators)) \
		$(addprefix pipeline/,headline.py places.py pages/backdrop.py pages/coding.py pages/compass.py pages/crowds.py pages/drawing.py \
		pages/figures.py pages/lettering.py pages/marks.py pages/material.py pages/picture_gate.py \
		pages/measures.py pages/pictures.py pages/scene.py pages/shapes.py pages/symbols.py pages/vectors.py pages/wording.py) \
		$(CORE) | $(MADE)/theme.json
	@$(call district-step,pictures,$@)

# --- what is published ---------------------------------------------------------------------------

# A district’s folder is put in its place in one step. run.json holds the sum of every file in it:
# of these, of the maps for reports, and of whatever has a number that depends on the district.
EDITION := run.json index.html what-if.html map.html neighbourhoods/index.html directory.html directory.csv walks.csv directory.json data.html profiles.csv indicators.csv by_walker.csv sensitivity.csv standards.csv set_aside.csv ambiguous.csv source_dependence.csv profiles.gpkg assets.gpkg catchments.csv \
           assessment.html assessment.csv assessment.gpkg similar.csv \
           catchments.gpkg minutes_to_nearest.tif unused-land.html unused_land.csv unused_land.gpkg \
           site_uses.csv residents_gained.csv best_sets.csv \
           $(foreach list,conflicting not_edited_for_years only_council only_osm,$(addprefix field_lists/$(list),.csv .geojson))
PUBLISHED := $(EDITION) gradient.csv groups.csv planner.zip $(addprefix community/,$(EDITION) community.zip)
ifndef ONLY_INDEX
$(addprefix $(OUT)/%/,$(PUBLISHED)): config/study.yaml $(MADE)/theme.json $(MADE)/looks.json $(MADE)/walkers.json \
		$(MADE)/words.json $(MADE)/uses.json $(MADE)/standards.json $(MADE)/%/district.json $(RAW)/%/manifest.json \
		$(addprefix $(MADE)/%/,$(addsuffix .parquet,neighbourhoods coverage features network terrain \
		assets set_aside records ambiguous entrances homes indicators by_walker by_source sensitivity gradient nearby localities starts walks standards \
		assessment groups similar catchments catchment_people raster_minutes $(UNUSED))) \
		$(MADE)/%/minutes_to_nearest.tif $(MADE)/%/pictures.zip \
		$(addprefix pipeline/,__init__.py assessment.py cores.py headline.py named_groups.py opening_hours.py places.py publish.py reference.py similar.py standards.py tags.py walkers.py) $(PAGES) $(CORE)
	@$(call district-step,publish,$(OUT)/$*/run.json)
endif

$(OUT)/published.names: FORCE
	@mkdir -p $(@D) && echo '$(wildcard $(OUT)/*/run.json)' | cmp -s - $@ || \
	  echo '$(wildcard $(OUT)/*/run.json)' > $@
$(OUT)/index.html: $(MADE)/theme.json $(MADE)/words.json $(wildcard $(OUT)/*/run.json) $(OUT)/published.names \
		pipeline/publish.py $(PAGES) $(CORE) | $(INSTALLED)
	@$(call step,index,$@)

# The page over all districts looks at what is published and builds none of them.
index = $(MAKE) --no-print-directory --silent ONLY_INDEX=yes $(OUT)/index.html

## <district>: build one district, for example `make sampleton`
$(DISTRICTS): %: $(addprefix $(OUT)/%/,$(PUBLISHED)) $(addprefix $(MADE)/%/,sensitivity.parquet)
	+@$(index)

## demo: build the demonstration districts; no network is needed
demo: $(foreach district,$(DEMO_DISTRICTS),$(addprefix $(OUT)/$(district)/,$(PUBLISHED)))
	+@$(index)
	@echo && echo "Open in a browser:" && \
	  for page in index $(DEMO_DISTRICTS:%=%/map); do echo "  $(OUT)/$$page.html"; done

LOCK = $(DISTRICTS_DIR)/$(D).lock.json
# Inputs and assets reach the shell through the environment, and only as one plain word.
export SOURCE
## refetch D=<district> [SOURCE=<input>] [LOCKED=1]: ask again for the raw files, or for one; LOCKED for those of the lock
refetch: $(MADE)/national.json $(if $(filter $(D),$(DISTRICTS)),$(MADE)/$(D)/district.json)
	@test -f "$(DISTRICTS_DIR)/$(D).yaml" || { echo "make refetch: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@printf '%s\n' "$$SOURCE" | LC_ALL=C grep -qxE '[a-z0-9_-]{0,40}' || \
	  { echo "make refetch: name an input, SOURCE=<one of the district’s file>, such as boundaries"; exit 1; }
	@$(PYTHON) -m pipeline fetch $(MADE)/$(D)/district.json $(MADE)/national.json $$SOURCE $(if $(LOCKED),$(LOCK)) --out $(RAW)/$(D)/manifest.json --note $(MADE)/$(D)/notes/fetch.json

CONFIG_FILES := $(sort $(wildcard config/*.yaml) $(filter-out config/districts/%,$(wildcard config/*/*.yaml)))
CODE := pipeline Makefile requirements.lock
## lock D=<district>: write its exact inputs beside its file, so that others can fetch the same
lock: $(if $(filter $(D),$(DISTRICTS)),$(MADE)/national.json $(MADE)/$(D)/district.json $(RAW)/$(D)/manifest.json)
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make lock: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@HALF_FULL_COMMIT="$$(git diff --quiet HEAD -- $(CODE) 2>/dev/null && git log -1 --format=%H -- $(CODE))" \
	  $(PYTHON) -m pipeline lock $(MADE)/$(D)/district.json $(MADE)/national.json $(RAW)/$(D)/manifest.json \
	  pyproject.toml requirements.lock $(DISTRICTS_DIR)/$(D).yaml $(CONFIG_FILES) --out $(LOCK) --note $(MADE)/notes/lock.json

## offline D=<district>: prove that it can be built anew from its raw files without a network
offline: | $(INSTALLED) $(COMPILED)
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make offline: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@$(PYTHON) -m pipeline.offline $(D) --data $(DATA) --out $(OUT) --make $(MAKE) $(MAKEOVERRIDES)

## live-check: ask each real service for one small thing: is it still what the choices say
live-check: $(MADE)/national.json $(foreach d,$(DISTRICTS),$(MADE)/$(d)/district.json)
	@$(PYTHON) -m pipeline live_check $^ --out $(DATA)/live-check.json --note $(MADE)/notes/live-check.json

export WITHOUT
## licence-cut D=<district> WITHOUT=<licence>: write its tables without the records of one licence
licence-cut: $(if $(filter $(D),$(DISTRICTS)),$(addprefix $(MADE)/$(D)/,features.parquet field_checks.json network.parquet))
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make licence-cut: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@printf '%s\n' "$$WITHOUT" | LC_ALL=C grep -qxE '[A-Za-z0-9][A-Za-z0-9.-]{0,39}' || \
	  { echo "make licence-cut: name a licence, WITHOUT=<one that an input is under, such as ODbL-1.0>"; exit 1; }
	@folder=$$(printf '%s' "$$WITHOUT" | LC_ALL=C tr 'A-Z.' 'a-z-') && $(PYTHON) -m pipeline licence_cut config/study.yaml $(MADE)/rules.json $(MADE)/national.json $(MADE)/$(D)/district.json \
	  $(RAW)/$(D)/manifest.json $(addprefix $(MADE)/$(D)/,neighbourhoods.parquet features.parquet field_checks.json streets.parquet \
	  network.parquet) "$$WITHOUT" --out "$(OUT)/$(D)/licence_cuts/without-$$folder/run.json" --note $(MADE)/$(D)/notes/licence_cut.json

export SHEET
## field-check D=<district> SHEET=<file>: take a list of field_lists that somebody filled in
field-check: $(if $(filter $(D),$(DISTRICTS)),$(addprefix $(MADE)/$(D)/,assets.parquet field_checks.json))
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make field-check: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@case "$$SHEET" in -*) false;; *) test -f "$$SHEET";; esac || \
	  { echo "make field-check: name the filled-in list, SHEET=<file>, one of field_lists with answers in its last columns"; exit 1; }
	@$(PYTHON) -m pipeline field_check $(MADE)/$(D)/assets.parquet $(MADE)/$(D)/field_checks.json "$$SHEET" \
	  --out $(DISTRICTS_DIR)/$(D).field_checks.json --note $(MADE)/$(D)/notes/field_check.json

export ASSET
## catchment D=<district> ASSET=<asset_id>: draw what lies within reach of one asset
catchment: $(if $(filter $(D),$(DISTRICTS)),$(MADE)/walkers.json $(RAW)/$(D)/manifest.json $(addprefix $(MADE)/$(D)/,$(addsuffix \
		.parquet,neighbourhoods coverage features network terrain homes assets entrances))) | $(COMPILED)
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make catchment: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@printf '%s\n' "$$ASSET" | LC_ALL=C grep -qxE '[A-Za-z0-9_-]{1,140}' || \
	  { echo "make catchment: name an asset, ASSET=<asset_id of assets.gpkg>, such as osm-way-123"; exit 1; }
	@$(PYTHON) -m pipeline catchment config/study.yaml $(MADE)/walkers.json $(MADE)/$(D)/district.json \
	  $(RAW)/$(D)/manifest.json $(addprefix $(MADE)/$(D)/,$(addsuffix .parquet,neighbourhoods coverage features network terrain homes assets entrances)) \
	  --out "$(OUT)/$(D)/catchments/$$ASSET.gpkg" --note $(MADE)/$(D)/catchments/note.json

SCENARIOS_DIR ?= config/scenarios
SCENARIO = $(firstword $(wildcard $(SCENARIOS_DIR)/$(S).yaml $(SCENARIOS_DIR)/$(S).geojson))
## scenario D=<district> S=<scenario>: try out what config/scenarios/<scenario>.yaml or .geojson changes
scenario: $(if $(filter $(D),$(DISTRICTS)),config/study.yaml $(addprefix $(MADE)/,theme.json looks.json walkers.json words.json \
		rules.json national.json) $(MADE)/$(D)/district.json $(RAW)/$(D)/manifest.json $(addprefix $(MADE)/$(D)/,$(addsuffix .parquet, \
		neighbourhoods coverage features streets network terrain assets access_points entrances homes access indicators)) \
		$(OUT)/$(D)/run.json) | $(COMPILED)
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make scenario: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@test -n "$(SCENARIO)" || { echo "make scenario: name a scenario, S=<one of: $(sort $(basename $(notdir $(wildcard $(SCENARIOS_DIR)/*.yaml $(SCENARIOS_DIR)/*.geojson))))>"; exit 1; }
	@$(PYTHON) -m pipeline scenario $(filter-out $(OUT)/%,$(filter %.yaml %.json %.parquet,$^)) $(SCENARIO) \
	  --out $(OUT)/$(D)/scenarios/$(basename $(notdir $(SCENARIO)))/run.json --note $(MADE)/$(D)/scenarios/note.json

export NAME
BASELINES := $(DATA)/baselines
## baseline D=<district> NAME=<name>: freeze the run as it is, to compare later ones with it
baseline: $(if $(filter $(D),$(DISTRICTS)),$(MADE)/$(D)/district.json $(MADE)/national.json $(RAW)/$(D)/manifest.json \
		$(addprefix $(MADE)/$(D)/,$(addsuffix .parquet,neighbourhoods assets access_points features entrances homes network indicators streets terrain)))
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make baseline: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@printf '%s\n' "$$NAME" | LC_ALL=C grep -qxE '[a-z][a-z0-9]*([_-][a-z0-9]+)*' || \
	  { echo "make baseline: give it a name of small letters, digits, _ and -, NAME=spring-2026"; exit 1; }
	@HALF_FULL_COMMIT="$$(git diff --quiet HEAD -- $(CODE) 2>/dev/null && git log -1 --format=%H -- $(CODE))" \
	  $(PYTHON) -m pipeline baseline $(wordlist 1,3,$^) pyproject.toml requirements.lock $(filter %.parquet,$^) \
	  $(DISTRICTS_DIR)/$(D).yaml $(CONFIG_FILES) --out "$(BASELINES)/$(D)/$$NAME/baseline.json" --note $(MADE)/$(D)/baselines/note.json

export WITH
## compare D=<district> WITH=<baseline>: what has changed since: in the place, or on the maps of it
compare: $(if $(filter $(D),$(DISTRICTS)),config/study.yaml $(addprefix $(MADE)/,theme.json looks.json walkers.json words.json \
		rules.json) $(MADE)/$(D)/district.json $(RAW)/$(D)/manifest.json $(addprefix $(MADE)/$(D)/,$(addsuffix .parquet, \
		neighbourhoods coverage features streets network terrain assets access_points entrances homes indicators)) \
		$(OUT)/$(D)/run.json) | $(COMPILED)
	@test -n "$(filter $(D),$(DISTRICTS))" || { echo "make compare: name a district, D=<one of: $(DISTRICTS)>"; exit 1; }
	@printf '%s\n' "$$WITH" | LC_ALL=C grep -qxE '[a-z][a-z0-9]*([_-][a-z0-9]+)*' || \
	  { echo "make compare: name a baseline, WITH=<one of: $(notdir $(patsubst %/,%,$(wildcard $(BASELINES)/$(D)/*/)))>"; exit 1; }
	@$(PYTHON) -m pipeline compare $(filter-out $(OUT)/%,$(filter %.yaml %.json %.parquet,$^)) "$(BASELINES)/$(D)/$$WITH" \
	  --out "$(OUT)/$(D)/compare/$$WITH.csv" --note $(MADE)/$(D)/compare/note.json

## new-district NAME="<authority>": write the file of a district, by its name or its code
new-district: | $(INSTALLED)
	@case "$$NAME" in ""|-*) echo 'make new-district: name a local authority, NAME="South Ribble", or give its code'; exit 1;; esac
	@$(PYTHON) -m pipeline new_district config/study.yaml config/authorities.yaml "$$NAME" $(NATION_FILES) --out $(DISTRICTS_DIR) --note $(MADE)/notes/new_district.json

## clean: remove what was built; raw files stay
clean:
	rm -rf "$(MADE)" "$(DATA)/demo" $(foreach d,$(DISTRICTS),"$(OUT)/$(d)") "$(OUT)/index.html" "$(OUT)/published.names"

# The synthetic district is written by its generator, in the formats of the real publishers.
$(RAW)/sampleton/manifest.json: $(DATA)/demo/sampleton/README.md
$(DATA)/demo/sampleton/README.md: $(wildcard demo/*.py demo/*/*.py) requirements.lock | $(INSTALLED)
	@$(PYTHON) -m demo --out $(@D)
	@touch $@

# --- checks --------------------------------------------------------------------------------------

# A process that has run out of tests takes some of the other's.
PYTEST := $(PYTHON) -m pytest -q -n 2 --dist worksteal
# Which tests `check` runs; all of them, unless others have run already.
ONLY ?=

## test: run the tests that take seconds
test: $(INSTALLED)
	@$(PYTEST) -m "not slow and not browser"

# Scripts alone: a style sheet with one rule a line is shorter on every page that carries it.
PRETTIER := $(AXE)/.bin/prettier --config tests/browser/npm/prettier.json "pipeline/pages/static/*.js"
## check: format, lint, types, import rules and every test
check: $(INSTALLED) $(AXE)/.installed
	@$(PRETTIER) --check --log-level warn || { echo "Some scripts are not formatted: make format"; exit 1; }
	@$(AXE)/.bin/eslint --config tests/browser/npm/eslint.config.mjs pipeline/pages/static
	@$(PYTHON) -m ruff format --check --quiet . || { echo "Some files are not formatted: make format"; exit 1; }
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy
	@$(VENV)/bin/lint-imports --no-cache
	@THOROUGH=1 $(PYTEST) -m "$(ONLY)"

## format: format the code, and mend what the linter can
format: $(INSTALLED) $(AXE)/.installed
	@$(PRETTIER) --write --log-level warn
	@$(PYTHON) -m ruff check --quiet --fix . ; $(PYTHON) -m ruff format --quiet .

## bench: time a district from raw files to published pages, step by step
bench: $(INSTALLED)
	@$(PYTHON) benchmarks/pipeline.py

# The peers of the walking engine stand apart: nothing but this benchmark needs them.
PEERS := .venv-peers
FIGURES := $(DATA)/benchmarks
$(PEERS)/.installed: benchmarks/requirements.lock
	@sh bin/create-venv $(PEERS)
	@echo "Installing the peers that the walking engine is measured against; this takes a minute"
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	@touch $@

## bench-engine: time the walking engine beside its peers; takes the better part of an hour
bench-engine: $(PEERS)/.installed
	@mkdir -p $(FIGURES)
	@$(PEERS)/bin/python -B benchmarks/engine.py --json $(FIGURES)/engine.json

## bench-pages: measure the map of a large district in Chromium against its budgets
bench-pages: $(INSTALLED)
	@mkdir -p $(FIGURES)
	@$(PYTHON) benchmarks/pages.py --json $(FIGURES)/pages.json

## pictures: take the pictures of the README from Sampleton; needs Chromium
pictures: $(addprefix $(OUT)/sampleton/,$(PUBLISHED))
	@$(PYTHON) bin/pictures.py $(OUT)/sampleton --out docs/pictures

## performance: run all benchmarks on a quiet machine, and write docs/performance.md
performance: bench-engine $(INSTALLED)
	-@$(PYTHON) benchmarks/pipeline.py --json $(FIGURES)/district.json
	-@$(PYTHON) benchmarks/pages.py --json $(FIGURES)/pages.json
	@$(PYTHON) benchmarks/report.py --engine $(FIGURES)/engine.json --district $(FIGURES)/district.json \
	  --pages $(FIGURES)/pages.json --out docs/performance.md

## fault-table: let every fault strike every service, print what came of it, and write docs/faults.md
fault-table: setup-servers $(INSTALLED)
	@FAULT_TABLE=docs/faults.md $(PYTHON) -m pytest -q tests/real_servers/test_fault_table.py
	@cat docs/faults.md

## reference: rewrite what is generated: docs/data-dictionary.md, data-sources.md, config/schema
reference: $(NATIONAL_FILES) $(INSTALLED)
	@$(PYTHON) -m pipeline reference $(NATIONAL_FILES) --note $(MADE)/notes/reference.json --out \
	  docs/data-dictionary.md docs/data-sources.md $(addprefix config/schema/,$(addsuffix .json,$(SCHEMAS)))
