package io.github.metadatareset.check;

import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.ProfileName;
import java.util.Optional;

/// An entity that a flow reads or writes, as AppFlow describes it.
///
/// @param apiVersion in which it is described, if that matters
public record Entity(ProfileName profile, String name, Optional<ApiVersion> apiVersion) {}
