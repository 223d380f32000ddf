/// Cold starts, SnapStart and the AOT cache of the container image.
package io.github.metadatareset.start;
