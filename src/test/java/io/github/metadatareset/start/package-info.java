/// Cold starts, SnapStart.
package io.github.metadatareset.start;
