/// Seeded random test cases.
package io.github.metadatareset.random;
