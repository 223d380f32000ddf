/// One invocation: read → plan → call or enqueue → settle.
package io.github.metadatareset.invocation;
