# CAF 0.17 ships no CMake package: find its headers and libraries and import them as SYSTEM targets, so that
# its headers are exempt from our warnings. Gives caf::core, caf::io and caf::openssl.
find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
foreach(component core io openssl)
  find_library(CAF_${component}_LIBRARY caf_${component} REQUIRED)
  add_library(caf::${component} UNKNOWN IMPORTED)
  set_target_properties(
    caf::${component}
    PROPERTIES IMPORTED_LOCATION "${CAF_${component}_LIBRARY}"
               INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
               INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
endforeach()
