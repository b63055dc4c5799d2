# find_package(VitteDiag) defines these targets:
#   VitteDiag::vitte_diag         the shared library, or the static one if no shared one is installed
#   VitteDiag::vitte_diag_static  the static library, if it is installed
# The installed files may be moved as a whole. Set VitteDiag_LIBRARY_DIR if the libraries are not in a usual directory of
# the prefix.

# The directory of this file is PREFIX/share/cmake/VitteDiag.
get_filename_component(_vitte_diag_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(_vitte_diag_shared "${CMAKE_SHARED_LIBRARY_PREFIX}vitte_diag${CMAKE_SHARED_LIBRARY_SUFFIX}")
set(_vitte_diag_static "${CMAKE_STATIC_LIBRARY_PREFIX}vitte_diag${CMAKE_STATIC_LIBRARY_SUFFIX}")
set(_vitte_diag_lib "")
foreach(_vitte_diag_dir IN ITEMS
        "${VitteDiag_LIBRARY_DIR}"
        "${_vitte_diag_prefix}/lib/${CMAKE_LIBRARY_ARCHITECTURE}"
        "${_vitte_diag_prefix}/lib"
        "${_vitte_diag_prefix}/lib64")
    if(NOT _vitte_diag_lib
            AND (EXISTS "${_vitte_diag_dir}/${_vitte_diag_shared}" OR EXISTS "${_vitte_diag_dir}/${_vitte_diag_static}"))
        set(_vitte_diag_lib "${_vitte_diag_dir}")
    endif()
endforeach()

if(NOT _vitte_diag_lib)
    set(VitteDiag_FOUND FALSE)
    set(VitteDiag_NOT_FOUND_MESSAGE
        "there is no ${_vitte_diag_shared} or ${_vitte_diag_static} in ${_vitte_diag_prefix}: set VitteDiag_LIBRARY_DIR")
    return()
endif()

if(EXISTS "${_vitte_diag_lib}/${_vitte_diag_static}" AND NOT TARGET VitteDiag::vitte_diag_static)
    add_library(VitteDiag::vitte_diag_static STATIC IMPORTED)
    set_target_properties(VitteDiag::vitte_diag_static PROPERTIES
        IMPORTED_LOCATION "${_vitte_diag_lib}/${_vitte_diag_static}"
        INTERFACE_INCLUDE_DIRECTORIES "${_vitte_diag_prefix}/include")
    # The same as Libs.private of vitte-diag.pc.
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
        set_target_properties(VitteDiag::vitte_diag_static PROPERTIES
            INTERFACE_LINK_LIBRARIES "gcc_s;util;rt;pthread;m;dl;c")
    elseif(APPLE)
        set_target_properties(VitteDiag::vitte_diag_static PROPERTIES
            INTERFACE_LINK_LIBRARIES "System;c;m")
    endif()
endif()

if(NOT TARGET VitteDiag::vitte_diag)
    if(EXISTS "${_vitte_diag_lib}/${_vitte_diag_shared}")
        add_library(VitteDiag::vitte_diag SHARED IMPORTED)
        set_target_properties(VitteDiag::vitte_diag PROPERTIES
            IMPORTED_LOCATION "${_vitte_diag_lib}/${_vitte_diag_shared}"
            INTERFACE_INCLUDE_DIRECTORIES "${_vitte_diag_prefix}/include")
    else()
        add_library(VitteDiag::vitte_diag INTERFACE IMPORTED)
        set_target_properties(VitteDiag::vitte_diag PROPERTIES
            INTERFACE_LINK_LIBRARIES VitteDiag::vitte_diag_static)
    endif()
endif()

foreach(_vitte_diag_variable prefix shared static lib dir variable)
    unset("_vitte_diag_${_vitte_diag_variable}")
endforeach()
