// Package flame reads stack profiles and shows where their weight lies.
package flame
