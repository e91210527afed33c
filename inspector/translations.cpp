// SPDX-License-Identifier: BSD-3-Clause
#include "translations.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qlibraryinfo.h>
#include <QtCore/qlocale.h>
#include <QtCore/qtranslator.h>

#include <memory>

namespace {

void install(const QString &name, const QString &folder)
{
    auto translator = std::make_unique<QTranslator>(QCoreApplication::instance());
    // English, if it must be, for the plurals of its sentences.
    if (translator->load(QLocale(), name, QStringLiteral("_"), folder)
        || translator->load(name + QStringLiteral("_en"), folder))
        QCoreApplication::installTranslator(translator.release()); // its parent owns it
}

} // namespace

void installTranslations()
{
    install(QStringLiteral("qt"), QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install(QStringLiteral("qombu"), QStringLiteral(":/qombu/i18n"));
    install(QStringLiteral("qombu-inspector"), QStringLiteral(":/qombu/i18n"));
}
