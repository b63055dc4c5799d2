# Installs another version of Rust; sourced by `.ci/features` and `.ci/cross`.
#
# Debian's packages are reachable where rustup's servers are not. `rustc-web` and its dependencies are unpacked into a
# directory of the project, so the system does not change.

# If Debian's Rust is not available, prints the reason and succeeds. Otherwise fails.
no_debian_rust() {
    if [ "$(uname -m)" != x86_64 ]; then
        echo 'the machine is not x86_64'
    elif ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        echo 'apt is not installed'
    elif ! grep -qs '^VERSION_ID="12"' /etc/os-release; then
        echo 'the system is not Debian 12'
    elif [ "$(id -u)" != 0 ]; then
        echo 'apt needs root'
    else
        return 1
    fi
}

# Prints the version of the package `rustc-web` for Rust $1, such as 1.85.
debian_version() {
    apt-cache madison rustc-web | awk -v rust="$1." 'index($3, rust) == 1 { print $3; exit }'
}

# Unpacks Rust $1 (such as 1.85) and the packages $3 ... into the directory $2, with `$2/bin/cargo` and `$2/bin/rustc`.
# Does nothing if they are there already.
debian_rust() {
    local rust=$1 dir=$2 version package
    shift 2
    if [ "$("$dir/bin/rustc" --version 2>/dev/null | cut -d' ' -f2 | cut -d. -f1,2)" = "$rust" ] \
        && [ "$(cat "$dir/packages" 2>/dev/null)" = "$*" ]; then
        return
    fi
    rm -rf "$dir"
    mkdir -p "$dir/deb/partial"
    dir=$(cd "$dir" && pwd)
    version=$(debian_version "$rust")
    if [ -z "$version" ]; then
        apt-get update -qq
        version=$(debian_version "$rust")
    fi
    if [ -z "$version" ]; then
        echo "Debian has no rustc-web $rust" >&2
        return 1
    fi
    # Build scripts are linked with the system's compiler.
    if ! command -v cc >/dev/null; then
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends gcc libc6-dev >/dev/null
    fi
    local wanted=("rustc-web=$version" "cargo-web=$version" "libstd-rust-web-dev=$version")
    for package in "$@"; do
        case $package in
            *rust-web-*) wanted+=("$package=$version") ;;
            *) wanted+=("$package") ;;
        esac
    done
    # Downloads the packages and their missing dependencies, without installing them.
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends --reinstall --download-only \
        --allow-downgrades -o APT::Sandbox::User=root -o Dir::Cache::archives="$dir/deb" \
        "${wanted[@]}" >/dev/null
    for package in "$dir"/deb/*.deb; do
        dpkg -x "$package" "$dir"
    done
    rm -rf "$dir/deb"
    mkdir -p "$dir/bin"
    local libraries="$dir/usr/lib/x86_64-linux-gnu:$dir/lib/x86_64-linux-gnu"
    for package in cargo rustc rustdoc; do
        cat >"$dir/bin/$package" <<-END
			#!/bin/sh
			LD_LIBRARY_PATH="$libraries" RUSTC="$dir/bin/rustc" RUSTDOC="$dir/bin/rustdoc" \\
			    exec "$dir/usr/bin/$package" "\$@"
		END
        chmod +x "$dir/bin/$package"
    done
    "$dir/bin/rustc" --version >/dev/null
    "$dir/bin/cargo" --version >/dev/null
    echo "$*" >"$dir/packages"
}
