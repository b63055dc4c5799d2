# Rust of another version than the machine's own, for `.ci/msrv` and `.ci/cross`, which source this.
#
# rustup's servers cannot be reached everywhere, Debian's packages can: `rustc-web` and what it needs are unpacked
# into a folder of the project, so that nothing of the machine changes.

# Says why Debian's Rust cannot be had here, and succeeds; fails where it can be had.
no_debian_rust() {
    if [ "$(uname -m)" != x86_64 ]; then
        echo 'the machine is no x86_64'
    elif ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        echo 'there is no apt'
    elif ! grep -qs '^VERSION_ID="12"' /etc/os-release; then
        echo 'the system is not Debian 12'
    elif [ "$(id -u)" != 0 ]; then
        echo 'apt needs root'
    else
        return 1
    fi
}

# The version of `rustc-web` that is Rust $1, such as 1.85.
debian_version() {
    apt-cache madison rustc-web | awk -v rust="$1." 'index($3, rust) == 1 { print $3; exit }'
}

# Unpacks Rust $1 (such as 1.85) into the folder $2, with the packages that are named behind it. Afterwards
# `$2/bin/cargo` and `$2/bin/rustc` are there. What an earlier call left there is used again.
debian_rust() {
    local rust=$1 folder=$2 version package
    shift 2
    if [ "$("$folder/bin/rustc" --version 2>/dev/null | cut -d' ' -f2 | cut -d. -f1,2)" = "$rust" ] \
        && [ "$(cat "$folder/packages" 2>/dev/null)" = "$*" ]; then
        return
    fi
    rm -rf "$folder"
    mkdir -p "$folder/deb/partial"
    folder=$(cd "$folder" && pwd)
    version=$(debian_version "$rust")
    if [ -z "$version" ]; then
        apt-get update -qq
        version=$(debian_version "$rust")
    fi
    if [ -z "$version" ]; then
        echo "Debian has no rustc-web $rust" >&2
        return 1
    fi
    # Build scripts are linked by the machine's own compiler.
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
    # Downloads them and those that they need and the machine lacks; installs nothing.
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends --reinstall --download-only \
        --allow-downgrades -o APT::Sandbox::User=root -o Dir::Cache::archives="$folder/deb" \
        "${wanted[@]}" >/dev/null
    for package in "$folder"/deb/*.deb; do
        dpkg -x "$package" "$folder"
    done
    rm -rf "$folder/deb"
    mkdir -p "$folder/bin"
    local libraries="$folder/usr/lib/x86_64-linux-gnu:$folder/lib/x86_64-linux-gnu"
    for package in cargo rustc rustdoc; do
        cat >"$folder/bin/$package" <<-END
			#!/bin/sh
			LD_LIBRARY_PATH="$libraries" RUSTC="$folder/bin/rustc" RUSTDOC="$folder/bin/rustdoc" \\
			    exec "$folder/usr/bin/$package" "\$@"
		END
        chmod +x "$folder/bin/$package"
    done
    "$folder/bin/rustc" --version >/dev/null
    "$folder/bin/cargo" --version >/dev/null
    echo "$*" >"$folder/packages"
}
