#!/bin/bash
if [ a ]; then
  echo a
