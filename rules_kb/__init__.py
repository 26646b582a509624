"""The two libraries (两库): rules/ (logic), knowledge/ (points), and the compiler from them to SQL."""
