/// The version of the programs, the library and the bundles they write.
public let borescopeVersion = "0.1.0"
