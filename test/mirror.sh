# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Where the host's apt gets packages, for an apt that has its own sources. To be
# sourced.

# "mirror LABEL": of what Debian labels so: Debian, or Debian-Security. Nothing
# if the host has none.
# shellcheck disable=SC2016 # apt's own variable
mirror() {
	APT_CONFIG='' apt-get indextargets --format '$(REPO_URI)' \
		'Identifier: Packages' 'Origin: Debian' "Label: $1" | head -n 1
}
