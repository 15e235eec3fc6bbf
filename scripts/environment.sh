# Sourced by scripts/demo and scripts/test: the virtual environment in .venv, and Debian's packages.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# sudo may ask for a password only where somebody sits to give it.
can_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || { [ -t 0 ] && [ -t 2 ] && sudo -v; }
}

# Installs those of the named Debian packages that are missing. 1 when one could not be installed.
packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! can_install; then
    say "Not installed, for want of apt-get and the rights of root: ${missing[*]}"
    return 1
  fi
  say "Installing ${missing[*]} …"
  local log
  log=$(mktemp)
  # The lists are refreshed only when the first try fails: on a fresh machine there are none.
  if ! install_packages "${missing[@]}" >"$log" 2>&1 &&
    ! { as_root apt-get update >"$log" 2>&1 && install_packages "${missing[@]}" >>"$log" 2>&1; }; then
    say "apt-get could not install ${missing[*]}:"
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# From the suite that `suite` names, where it does.
install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends ${suite:+-t "$suite"} "$@" </dev/null
}

# Samba's domain controller. That of Debian 12 knows nothing later than Windows Server 2008; its backports have a newer one.
samba_packages() {
  local suite=""
  if [ "$(. /etc/os-release && printf %s "${VERSION_CODENAME:-}")" = bookworm ] && can_install; then
    suite=bookworm-backports
    apt-get indextargets --format '$(RELEASE)' | grep -qx "$suite" || add_suite "$suite"
  fi
  # Of older releases the controller is a part of the package samba.
  packages samba samba-ad-dc samba-ad-provision samba-vfs-modules ldb-tools krb5-user ||
    packages samba samba-ad-provision samba-vfs-modules ldb-tools krb5-user
}

# Another suite of the archive that Debian 12 comes from here.
add_suite() {
  local archive
  archive=$(apt-get indextargets --format '$(REPO_URI)' 'RELEASE: bookworm' | head -n 1)
  printf '%s\n' "Types: deb" "URIs: ${archive:-http://deb.debian.org/debian/}" "Suites: $1" "Components: main" \
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg" | as_root tee "/etc/apt/sources.list.d/$1.sources" >/dev/null
  as_root apt-get update >/dev/null
}

# The newest of the Pythons that are new enough; MIMAS_PYTHON names another one.
find_python() {
  local name
  for name in ${MIMAS_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      "$name" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  say "Mimas needs Python 3.11 or later, and found none. Install one, or name it: MIMAS_PYTHON=/path/to/python3"
  return 1
}

# Whether python-ldap can be built: a compiler, the headers of OpenLDAP and SASL, and those of this Python.
ldap_buildable() {
  command -v gcc >/dev/null && [ -e /usr/include/ldap.h ] && [ -e /usr/include/sasl/sasl.h ] &&
    .venv/bin/python -c 'import pathlib, sys, sysconfig
sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())'
}

make_venv() {
  # Anything short of a whole environment, such as one whose making was stopped, is made again.
  .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -c 'import mimas' 2>/dev/null || {
    local python version
    python=$(find_python)
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip, venv' 2>/dev/null || packages "$version-venv" || {
      say "Python's venv module is missing. Install it: apt-get install $version-venv"
      return 1
    }
    say "Making .venv with $("$python" --version) …"
    "$python" -m venv --clear .venv
  }
}

# The environment's own uv, which reads uv.lock; in an environment without pip, the one in the path.
own_uv() {
  .venv/bin/python -m uv --version || .venv/bin/python -m pip install 'uv>=0.9,<1' || command -v uv
}

run_uv() {
  if .venv/bin/python -m uv --version >/dev/null 2>&1; then
    env -u VIRTUAL_ENV .venv/bin/python -m uv "$@"
  else
    env -u VIRTUAL_ENV uv "$@"
  fi
}

# Installs Mimas and its dependencies as uv.lock says: `sync_venv --group test …`. Nothing is done when it was done.
sync_venv() {
  local stamp want log
  stamp=.venv/.installed$(printf '%s' "$*" | tr -d ' ')
  want=$(cat uv.lock pyproject.toml | sha256sum)
  [ "$(cat "$stamp" 2>/dev/null)" != "$want" ] || return 0
  say "Installing Mimas and what it needs into .venv …"
  log=$(mktemp)
  if ! own_uv >"$log" 2>&1 || ! run_uv sync --frozen --inexact --no-python-downloads "$@" >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
  printf '%s' "$want" >"$stamp"
}
